import { useState } from 'react'
import type { Picture as PictureRef } from '../api/types.ts'
import { assetUrl } from '../site.ts'
import { classes } from './classes.ts'
import { BoxIcon } from './icons.tsx'
import css from './picture.module.css'

/** Widths the server keeps pictures in. */
const WIDTHS = [160, 320, 640, 1280] as const

const sized = (url: string, width: number) => `${assetUrl(url)}${url.includes('?') ? '&' : '?'}w=${width}`

/**
 * A goods picture: its average colour until it is there, the width that fits, and a quiet box when it is missing.
 * @param sizes as in `<img sizes>`
 */
export function Picture({
  picture,
  alt,
  sizes,
  eager = false,
  className,
}: {
  readonly picture: Pick<PictureRef, 'url' | 'color'> | null | undefined
  readonly alt: string
  readonly sizes: string
  readonly eager?: boolean
  readonly className?: string | undefined
}) {
  const [broken, setBroken] = useState(false)
  if (!picture || broken) {
    return (
      <div className={classes(css.frame, css.none, className)}>
        <BoxIcon />
      </div>
    )
  }
  return (
    <div className={classes(css.frame, className)} style={{ backgroundColor: picture.color }}>
      <img
        src={sized(picture.url, 640)}
        srcSet={WIDTHS.map((width) => `${sized(picture.url, width)} ${width}w`).join(', ')}
        sizes={sizes}
        alt={alt}
        loading={eager ? 'eager' : 'lazy'}
        decoding="async"
        onError={() => setBroken(true)}
      />
    </div>
  )
}

/** A small picture of an order's line, which carries an address only. */
export function Thumbnail({ url, className }: { readonly url: string | null; readonly className?: string }) {
  return <Picture picture={url ? { url, color: 'transparent' } : null} alt="" sizes="72px" className={className} />
}

/** The address of the picture at its largest. */
export const fullPictureUrl = (picture: Pick<PictureRef, 'url'>): string => sized(picture.url, 1280)
