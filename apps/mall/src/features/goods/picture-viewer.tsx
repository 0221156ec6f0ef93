import { ImageViewer } from 'antd-mobile'
import { useEffect } from 'react'

/** Pictures at full size: pinch, drag, swipe; a tap or Escape closes. */
export function PictureViewer({
  images,
  start,
  onClose,
}: {
  readonly images: string[]
  readonly start: number
  readonly onClose: () => void
}) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') onClose()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [onClose])
  return <ImageViewer.Multi visible images={images} defaultIndex={start} onClose={onClose} />
}
