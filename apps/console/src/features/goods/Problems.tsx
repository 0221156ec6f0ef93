import { Alert } from 'antd'
import type { Output } from '../../shared/api/index.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { goodsText } from './text.ts'

type Problem = Output<'catalog.getGoods'>['problems'][number]

/** What stands in the way of sale, then what would make it sell better. */
export function Problems({ problems }: { readonly problems: readonly Problem[] }) {
  const t = useText(goodsText)
  const both = useBoth()
  if (problems.length === 0) return null
  const blocks = problems.some(({ level }) => level === 'blocks')
  return (
    <Alert
      type={blocks ? 'warning' : 'info'}
      showIcon
      title={
        <>
          <strong>{t('problems')}</strong>
          <ul className="problems">
            {problems.map((problem) => (
              <li key={problem.code}>{both(problem.zh, problem.en)}</li>
            ))}
          </ul>
        </>
      }
      style={{ padding: '8px 12px' }}
    />
  )
}
