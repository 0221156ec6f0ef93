import { Tag, Typography } from 'antd'
import type { Output } from '../../shared/api/index.ts'
import { formatHao, formatSeconds } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { usePassedOver } from '../../shared/parts/passedOver.ts'
import { Hao } from '../../shared/parts/values.tsx'
import { percentOf } from './parts.tsx'
import { purchaseText } from './purchaseText.ts'
import { usePolicyName } from './words.ts'

type Purchase = Output<'suppliers.readPurchase'>
type Candidate = Purchase['choice']['candidates'][number]

/** Why this source: every candidate as it stood when it was chosen, the best first. */
export function Choice({ purchase }: { readonly purchase: Purchase }) {
  const t = useText(purchaseText)
  const policyName = usePolicyName()
  const { policy, candidates } = purchase.choice
  if (candidates.length === 0) return <Typography.Text type="secondary">{t('whyTest')}</Typography.Text>
  const chosen = candidates.find(
    ({ supplier, product, passedOver }) =>
      passedOver === null && supplier === purchase.supplier && product === purchase.product,
  )
  const best = [...candidates].sort(
    (one, other) =>
      Number(one !== chosen) - Number(other !== chosen) || Number(!!one.passedOver) - Number(!!other.passedOver),
  )
  return (
    <>
      <Typography.Paragraph type="secondary">
        {policy && <Tag>{policyName(policy)}</Tag>}
        {t('whyText')}
      </Typography.Paragraph>
      <ul className="supply-candidates">
        {best.map((candidate) => (
          <CandidateRow key={candidate.offerId} candidate={candidate} chosen={candidate === chosen} />
        ))}
      </ul>
    </>
  )
}

function CandidateRow({ candidate, chosen }: { readonly candidate: Candidate; readonly chosen: boolean }) {
  const t = useText(purchaseText)
  const passedOver = usePassedOver()
  const { supplier, product, costHao, stock, balanceHao, breaker, tries, arrived, p50, p95, waitSeconds, share } =
    candidate
  const figures = [
    tries > 0 && `${percentOf(arrived / tries)}%`,
    p50 !== null && (p95 === null ? formatSeconds(p50) : `${formatSeconds(p50)} / ${formatSeconds(p95)}`),
    typeof waitSeconds === 'number' && t('candidateWait', { seconds: formatSeconds(waitSeconds) }),
    typeof share === 'number' && t('candidateShare', { percent: percentOf(share) }),
    stock !== null && t('candidateStock', { count: stock }),
    typeof balanceHao === 'number' && t('candidateBalance', { amount: formatHao(balanceHao) }),
    breaker === 'half_open' && t('candidateProbed'),
  ].filter(Boolean)
  return (
    <li className={chosen ? 'supply-candidate supply-chosen' : 'supply-candidate'}>
      <div className="supply-candidate-name">
        <strong>{supplier}</strong>{' '}
        <Typography.Text type="secondary" style={{ fontSize: 13 }}>
          {product}
        </Typography.Text>
        <div>
          <Typography.Text type="secondary" className="num" style={{ fontSize: 13 }}>
            {figures.join(' · ')}
          </Typography.Text>
        </div>
      </div>
      <Hao hao={costHao} />
      {chosen ? (
        <Tag color="success" variant="filled">
          {t('chosen')}
        </Tag>
      ) : (
        candidate.passedOver && <Tag variant="filled">{passedOver(candidate.passedOver)}</Tag>
      )}
    </li>
  )
}
