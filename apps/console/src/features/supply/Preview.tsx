import { Alert, Tag, Typography } from 'antd'
import { formatSeconds } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { usePassedOver } from '../../shared/parts/passedOver.ts'
import { Hao } from '../../shared/parts/values.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { marginHao, type Supply } from './offers.ts'
import { percentOf } from './parts.tsx'
import { sourceText } from './sourceText.ts'

type Candidate = Supply['preview'][number]

/** Whom an order that is paid this moment would be bought from, and why not from the others. */
export function Preview({ supply, stale }: { readonly supply: Supply; readonly stale: boolean }) {
  const t = useText(sourceText)
  const { preview } = supply
  return (
    <Section title={t('preview')}>
      <Typography.Paragraph type="secondary">
        {t(preview.length === 0 ? 'previewEmpty' : 'previewText')}
      </Typography.Paragraph>
      {stale && preview.length > 0 && (
        <Alert type="info" showIcon title={t('previewStale')} style={{ marginBottom: 8 }} />
      )}
      {preview.length > 0 && preview.every(({ passedOver }) => passedOver !== null) && (
        <Alert type="error" showIcon title={t('previewNone')} style={{ marginBottom: 8 }} />
      )}
      <ol className="supply-candidates">
        {preview.map((candidate, index) => (
          <Place key={candidate.offerId} candidate={candidate} place={index + 1} supply={supply} />
        ))}
      </ol>
    </Section>
  )
}

function Place({
  candidate,
  place,
  supply,
}: {
  readonly candidate: Candidate
  readonly place: number
  readonly supply: Supply
}) {
  const t = useText(sourceText)
  const passedOver = usePassedOver()
  const { supplier, costHao, waitSeconds, share } = candidate
  const chosen = place === 1 && candidate.passedOver === null
  const offer = supply.offers.find(({ id }) => id === candidate.offerId)
  return (
    <li className={chosen ? 'supply-candidate supply-chosen' : 'supply-candidate'}>
      <div className="supply-candidate-name">
        <strong>{supplier}</strong>
        <div>
          <Typography.Text type="secondary" style={{ fontSize: 13 }}>
            {offer?.product}
          </Typography.Text>
        </div>
        <Typography.Text type="secondary" className="num" style={{ fontSize: 13 }}>
          {t('cost')} <Hao hao={costHao} /> · {t('margin')} <Hao hao={marginHao(supply.priceFen, costHao)} />
          {candidate.passedOver === null && <> · {t('wait', { seconds: formatSeconds(waitSeconds) })}</>}
          {share !== null && <> · {t('part', { percent: percentOf(share) })}</>}
        </Typography.Text>
      </div>
      {candidate.passedOver !== null ? (
        <Tag color="default" variant="filled">
          {passedOver(candidate.passedOver)}
        </Tag>
      ) : (
        <Tag color={chosen ? 'success' : 'processing'} variant="filled">
          {chosen ? t('chosen') : t('nth', { place })}
        </Tag>
      )}
    </li>
  )
}
