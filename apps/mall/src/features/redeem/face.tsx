import type { RedeemFace } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button, ButtonLink } from '../../shared/ui/button.tsx'
import { Card, Pairs } from '../../shared/ui/page.tsx'
import { Picture } from '../../shared/ui/picture.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import css from './redeem.module.css'

/** What a code is good for, until when, and how it stands. */
export function Face({
  face,
  code,
  onAnother,
}: {
  readonly face: RedeemFace
  readonly code: string
  readonly onAnother: () => void
}) {
  const { t, time } = useI18n()
  return (
    <Card className={css.face}>
      <div className={css.goods}>
        <Picture
          picture={face.pictureUrl === null ? null : { url: face.pictureUrl, color: 'transparent' }}
          alt=""
          sizes="88px"
          eager
          className={css.picture}
        />
        <div className={css.what}>
          <h2>{face.goodsTitle}</h2>
          <p>
            {face.skuTitle}
            {face.quantity > 1 && ` × ${face.quantity}`}
          </p>
          <span className={css.standing} data-standing={face.standing}>
            {t(`redeem.standing.${face.standing}`)}
          </span>
        </div>
      </div>
      <Pairs
        items={[
          [
            t('redeem.code'),
            <span key="code" className={css.shown}>
              {code.toUpperCase()}
            </span>,
          ],
          ...(face.validFrom && face.standing === 'not_yet'
            ? [[t('redeem.validFrom'), time(face.validFrom)] as const]
            : []),
          [t('redeem.validTo'), face.validTo ? time(face.validTo) : t('redeem.forever')],
          ...(face.uses > 1
            ? [[t('redeem.usesLeft'), t('redeem.ofUses', { left: face.usesLeft, uses: face.uses })] as const]
            : []),
          ...(face.perPerson !== null && face.uses > 1
            ? [[t('redeem.perPerson'), t('redeem.times', { count: face.perPerson })] as const]
            : []),
        ]}
      />
      {face.standing !== 'open' && <Notice tone="warn">{t(`redeem.why.${face.standing}`)}</Notice>}
      {face.standing === 'open' && !face.inStock && (
        <Notice tone="warn">{t(face.waitsWhenShort ? 'redeem.willWait' : 'redeem.noStock')}</Notice>
      )}
      <div className={css.ways}>
        {face.ownOrderNo !== null && (
          <ButtonLink look="primary" to={`/orders/${face.ownOrderNo}`}>
            {t('redeem.ownOrder')}
          </ButtonLink>
        )}
        <Button onClick={onAnother}>{t('redeem.another')}</Button>
      </div>
    </Card>
  )
}
