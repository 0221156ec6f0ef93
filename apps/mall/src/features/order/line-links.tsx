import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { codesFileUrl } from '../../shared/api/client.ts'
import type { Code, Order, OrderLine } from '../../shared/api/types.ts'
import { codeMemory } from '../../shared/code-memory.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { siteUrl } from '../../shared/site.ts'
import { Button, ButtonAnchor } from '../../shared/ui/button.tsx'
import { classes } from '../../shared/ui/classes.ts'
import { CopyButton } from '../../shared/ui/copy.tsx'
import { DownloadIcon } from '../../shared/ui/icons.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { Thumbnail } from '../../shared/ui/picture.tsx'
import { Bone, Notice } from '../../shared/ui/states.tsx'
import css from './line-links.module.css'
import look from './order.module.css'

const SIDE_PX = 200

/** Redeem codes that were bought: each to redeem oneself, or to give away as text, link or QR code. */
export function LineLinks({ order, line }: { readonly order: Order; readonly line: OrderLine }) {
  const { t } = useI18n()
  const codes = line.codes ?? []
  return (
    <Card>
      <div className={look.lineHead}>
        <Thumbnail url={line.pictureUrl} className={look.picture ?? ''} />
        <div>
          <p className={look.name}>{line.goodsTitle}</p>
          <p className={look.sku}>
            {line.skuTitle} × {line.quantity}
          </p>
        </div>
      </div>
      <div className={look.tools}>
        <h2>
          {t('order.links.title')}
          <small>{t('order.codeCount', { count: line.deliveredQuantity })}</small>
        </h2>
        {codes.length > 1 && line.moreCodes === 0 && (
          <CopyButton text={codes.map((code) => linkTo(code)).join('\n')}>{t('order.links.copyAll')}</CopyButton>
        )}
      </div>
      <p className={css.hint}>{t('order.links.hint')}</p>
      <ol className={look.codes}>
        {codes.map((code) => (
          <li key={code.grantId}>
            <LinkCard code={code} title={`${line.goodsTitle} ${line.skuTitle}`} />
          </li>
        ))}
      </ol>
      {line.moreCodes > 0 && (
        <Notice tone="info">
          <p>{t('order.more', { shown: codes.length, count: line.moreCodes })}</p>
          <ButtonAnchor size="small" href={codesFileUrl(order.no)} download={`${order.no}.txt`}>
            <DownloadIcon />
            {t('order.downloadAll', { count: line.deliveredQuantity })}
          </ButtonAnchor>
        </Notice>
      )}
    </Card>
  )
}

/** One redeem code: to use oneself, or to give away. */
export function LinkCard({ code, title }: { readonly code: Code; readonly title: string }) {
  const { t, time } = useI18n()
  const navigate = useNavigate()
  const [drawn, setDrawn] = useState(false)
  const text = textOf(code)
  const link = linkTo(code)
  const { standing, uses, used, validTo } = code.link ?? { standing: 'open', uses: 1, used: 0, validTo: null }
  const isOpen = standing === 'open'
  const redeem = () => {
    codeMemory.write(text)
    void navigate('/redeem')
  }
  return (
    <article className={classes(look.code, !isOpen && look.spent)}>
      <div className={look.part}>
        <span className={look.partLabel}>{t('redeem.code')}</span>
        <span className={look.partText} translate="no">
          {text}
        </span>
        <CopyButton text={text} label={t('order.copyPart', { label: t('redeem.code') })} />
      </div>
      <div className={look.part}>
        <span className={look.partLabel}>{t('order.links.link')}</span>
        <span className={classes(look.partText, look.long)} translate="no">
          {link}
        </span>
        <CopyButton text={link} label={t('order.copyPart', { label: t('order.links.link') })} />
      </div>
      <p className={css.facts}>
        <b data-standing={standing}>{t(`redeem.standing.${standing}`)}</b>
        {uses > 1 && <span>{t('redeem.ofUses', { left: uses - used, uses })}</span>}
        <span>{validTo === null ? t('redeem.forever') : t('order.links.until', { time: time(validTo) })}</span>
      </p>
      {isOpen && (
        <div className={css.ways}>
          <Button look="primary" size="small" onClick={redeem}>
            {t('order.links.redeem')}
          </Button>
          {'share' in navigator && (
            <Button size="small" onClick={() => void navigator.share({ title, url: link }).catch(() => undefined)}>
              {t('order.links.share')}
            </Button>
          )}
          <Button size="small" aria-expanded={drawn} onClick={() => setDrawn(!drawn)}>
            {t(drawn ? 'order.links.hideQr' : 'order.links.showQr')}
          </Button>
        </div>
      )}
      {isOpen && drawn && <QrCode link={link} />}
    </article>
  )
}

/** Drawn here: no other server hears of the code. */
function QrCode({ link }: { readonly link: string }) {
  const { t } = useI18n()
  const { data: picture } = useQuery({
    queryKey: ['qr', link],
    queryFn: async () => {
      const { toString: draw } = await import('qrcode')
      return await draw(link, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' })
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <div className={css.qr}>
      {picture ? (
        <img
          src={`data:image/svg+xml;utf8,${encodeURIComponent(picture)}`}
          alt={t('order.links.qr')}
          width={SIDE_PX}
          height={SIDE_PX}
        />
      ) : (
        <Bone width={SIDE_PX} height={SIDE_PX} radius={8} />
      )}
    </div>
  )
}

const textOf = ({ parts }: Code): string => parts[0] ?? ''
/** Behind the `#`, which browsers send to nobody. */
const linkTo = (code: Code): string => new URL(`redeem#${textOf(code)}`, siteUrl).href
