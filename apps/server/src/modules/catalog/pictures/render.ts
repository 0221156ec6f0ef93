import { catalogErrors, PICTURE_WIDTHS } from '@quanshu/contract'
import sharp, { type OutputInfo, type Sharp } from 'sharp'
import { sniffPicture } from './sniff.ts'

/** A file of a few KB can unpack to gigabytes; these bounds are checked from the header, before unpacking. */
const MEGAPIXELS_MAX = 40
const SIDE_MAX = 12_000
const RENDER_TIMEOUT_SECONDS = 20
/** Effort 4 takes twice the time for 3 % fewer bytes. */
const WEBP = { quality: 82, effort: 2 } as const

type RenderedPicture = {
  readonly width: number
  readonly height: number
  readonly color: string
  readonly files: readonly { readonly width: number; readonly content: Buffer }[]
}

// Each worker thread of libvips holds its own buffers; two renders of one thread each fit a small machine.
sharp.concurrency(1)
sharp.cache(false)

/**
 * Turns an upload into WebP files of the kept widths, upright, without metadata (a phone writes where it was).
 * Of an animation the first picture is kept. A picture is never enlarged.
 * @throws catalog.not_a_picture, catalog.picture_too_many_pixels
 */
export async function renderPicture(bytes: Buffer): Promise<RenderedPicture> {
  const format = sniffPicture(bytes)
  if (!format) throw catalogErrors.notAPicture()
  return await oneOfFew(async () => {
    const { width, height } = await sizeOf(bytes)
    const widths = keptWidths(width)
    const pixels = await unpack(bytes, widths.at(-1) ?? width)
    const files = await Promise.all(
      widths.map(async (target) => ({ width: target, content: await webp(pixels, target) })),
    )
    return { width, height, color: await averageColor(pixels), files }
  })
}

async function sizeOf(bytes: Buffer): Promise<{ readonly width: number; readonly height: number }> {
  const { autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata().catch(asRefusal)
  const { width, height } = autoOrient
  if (width * height > MEGAPIXELS_MAX * 1e6 || Math.max(width, height) > SIDE_MAX) {
    throw catalogErrors.pictureTooManyPixels({ limitMegapixels: MEGAPIXELS_MAX, limitSide: SIDE_MAX })
  }
  return { width, height }
}

/** All kept widths below the picture's own, then its own or the largest kept. */
function keptWidths(width: number): readonly number[] {
  const largest = Math.min(width, Math.max(...PICTURE_WIDTHS))
  return [...PICTURE_WIDTHS.filter((kept) => kept < largest), largest]
}

type Pixels = { readonly data: Buffer; readonly info: OutputInfo }

/** Unpacked once, upright and at the largest width; the smaller ones are made from that. */
async function unpack(bytes: Buffer, width: number): Promise<Pixels> {
  return await sharp(bytes, { limitInputPixels: MEGAPIXELS_MAX * 1e6, failOn: 'error' })
    .timeout({ seconds: RENDER_TIMEOUT_SECONDS })
    .autoOrient()
    .resize({ width })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(asRefusal)
}

function open({ data, info: { width, height, channels } }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels } })
}

async function webp(pixels: Pixels, width: number): Promise<Buffer> {
  return await open(pixels).resize({ width }).webp(WEBP).toBuffer()
}

async function averageColor(pixels: Pixels): Promise<string> {
  const pixel = await open(pixels)
    .flatten({ background: '#ffffff' })
    .resize(1, 1, { fit: 'fill' })
    .toColourspace('srgb')
    .raw()
    .toBuffer()
  return `#${pixel.toString('hex', 0, 3)}`
}

/** libvips throws plain errors for every kind of broken file; what it cannot read is not a usable picture. */
function asRefusal(): never {
  throw catalogErrors.notAPicture()
}

const AT_ONCE_MAX = 2
let running = 0
const waiting: (() => void)[] = []

/** At most two uploads are unpacked at once: 40 megapixels are 160 MB. */
async function oneOfFew<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE_MAX) await new Promise<void>((resolve) => waiting.push(resolve))
  else running += 1
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
  }
}
