import { Tag, Typography } from 'antd'
import type { Output } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { fileText } from './fileText.ts'

type Told = NonNullable<Output<'workspace.readFile'>['report']>
const OUTCOMES = ['added', 'changed', 'held', 'same', 'invalid'] as const
const COLOURS = { added: 'green', changed: 'blue', held: 'orange', same: 'default', invalid: 'red' } as const

/** What becomes of a file's lines: counted, and those to look at one by one. */
export function Report({ report }: { readonly report: Told }) {
  const t = useText(fileText)
  return (
    <div className="workspace-report">
      <div className="workspace-file">
        {OUTCOMES.filter((outcome) => report[outcome] > 0).map((outcome) => (
          <Tag key={outcome} color={COLOURS[outcome]}>
            {t(`is_${outcome}`)} {formatCount(report[outcome])}
          </Tag>
        ))}
      </div>
      {report.lines.map((line) => (
        <div key={line.line} className="line-item">
          <Typography.Text type="secondary" className="num">
            {t('line', { line: line.line })}
          </Typography.Text>
          <span className="line-main num">{line.remoteId}</span>
          {line.problem && <Typography.Text type="danger">{t(`problem_${line.problem}`)}</Typography.Text>}
          <Tag color={COLOURS[line.outcome]} style={{ marginInlineEnd: 0 }}>
            {t(`is_${line.outcome}`)}
          </Tag>
        </div>
      ))}
    </div>
  )
}
