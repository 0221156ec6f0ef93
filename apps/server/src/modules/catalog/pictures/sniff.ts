type PictureFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif'

/** What a file is by its first bytes; its name and declared type are only claims. Undefined: none of ours. */
export function sniffPicture(bytes: Buffer): PictureFormat | undefined {
  if (bytes.length < 16) return undefined
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  if (bytes.subarray(0, 8).equals(PNG)) return 'png'
  const head = bytes.toString('latin1', 0, 12)
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'gif'
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'webp'
  return head.slice(4, 8) === 'ftyp' && hasAvifBrand(bytes) ? 'avif' : undefined
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** ISO base media: the `ftyp` box holds a major brand, a version, and the brands it is compatible with. */
function hasAvifBrand(bytes: Buffer): boolean {
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, 256)
  for (let at = 8; at + 4 <= end; at += 4) {
    if (/^avi[fs]$/.test(bytes.toString('latin1', at, at + 4))) return true
  }
  return false
}
