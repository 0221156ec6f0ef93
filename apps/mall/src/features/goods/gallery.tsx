import { lazy, Suspense, useRef, useState } from 'react'
import type { Picture as PictureRef } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { fullPictureUrl, Picture } from '../../shared/ui/picture.tsx'
import css from './gallery.module.css'

// Gestures and springs weigh more than the page; they come with the first enlarged picture.
const Viewer = lazy(async () => ({ default: (await import('./picture-viewer.tsx')).PictureViewer }))

/** Pictures to swipe through (the browser's own scrolling, so that every input device works) and to enlarge. */
export function Gallery({ pictures, title }: { readonly pictures: readonly PictureRef[]; readonly title: string }) {
  const { t } = useI18n()
  const strip = useRef<HTMLUListElement>(null)
  const [index, setIndex] = useState(0)
  const [enlarged, setEnlarged] = useState<number>()
  const count = pictures.length

  if (count === 0) return <Picture picture={null} alt="" sizes="100vw" className={css.picture} />
  const show = (next: number) => strip.current?.scrollTo({ left: next * strip.current.clientWidth, behavior: 'smooth' })
  return (
    <section className={css.gallery} aria-label={t('goods.pictures')}>
      <ul
        className={css.strip}
        ref={strip}
        onScroll={({ currentTarget }) => setIndex(Math.round(currentTarget.scrollLeft / currentTarget.clientWidth))}
      >
        {pictures.map((picture, at) => (
          <li key={picture.id}>
            <button
              type="button"
              className={css.zoom}
              onClick={() => setEnlarged(at)}
              aria-label={`${t('goods.zoom')} ${t('goods.picture', { index: at + 1, count })}`}
            >
              <Picture
                className={css.picture}
                picture={picture}
                alt={at === 0 ? title : ''}
                eager={at === 0}
                sizes="(min-width: 900px) 700px, 100vw"
              />
            </button>
          </li>
        ))}
      </ul>
      {count > 1 && (
        <>
          <span className={css.counter} aria-hidden="true">
            {index + 1} / {count}
          </span>
          <div className={css.thumbs}>
            {pictures.map((picture, at) => (
              <button
                key={picture.id}
                type="button"
                className={css.thumb}
                aria-current={at === index ? 'true' : undefined}
                aria-label={t('goods.picture', { index: at + 1, count })}
                onClick={() => show(at)}
              >
                <Picture picture={picture} alt="" sizes="72px" />
              </button>
            ))}
          </div>
        </>
      )}
      {enlarged !== undefined && (
        <Suspense>
          <Viewer images={pictures.map(fullPictureUrl)} start={enlarged} onClose={() => setEnlarged(undefined)} />
        </Suspense>
      )}
    </section>
  )
}
