import { LoadingOutlined } from '@ant-design/icons'
import { REPORT_DAYS_MAX, REPORT_GRAINS } from '@quanshu/contract/reports'
import { Checkbox, Segmented, Tooltip } from 'antd'
import { useRead } from '../../shared/api/hooks.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { SkuPicker } from '../../shared/parts/inputs.tsx'
import { type Filter, FilterBar } from '../../shared/templates/filters.tsx'
import { DayRange } from './DayRange.tsx'
import { canStepBy } from './days.ts'
import { usePayWayName } from './names.ts'
import type { Report } from './ReportPage.tsx'
import { useReportState } from './state.ts'
import { reportText } from './text.ts'

/** Days, steps, comparison and filters of the report. */
export function ReportBar({ report, fetching }: { readonly report: Report | undefined; readonly fetching: boolean }) {
  const t = useText(reportText)
  const [state, change] = useReportState()
  const filters = useFilters()
  const { previous } = report ?? {}
  return (
    <div className="report-bar">
      <DayRange days={state.days} onChange={(days) => change({ ...days, grain: undefined })} />
      <Segmented
        aria-label={t('grain')}
        value={state.grain}
        onChange={(grain) => change({ grain })}
        options={REPORT_GRAINS.map((grain) => ({
          value: grain,
          disabled: !canStepBy(state.days, grain),
          label: canStepBy(state.days, grain) ? (
            t(grain)
          ) : (
            <Tooltip title={t('grainTooLong', { days: REPORT_DAYS_MAX[grain] })}>{t(grain)}</Tooltip>
          ),
        }))}
      />
      <Tooltip title={previous ? t('compareHint', { from: previous.from, to: previous.to }) : undefined}>
        <Checkbox
          checked={state.compare}
          onChange={({ target }) => change({ compare: target.checked ? undefined : 'false' })}
        >
          {t('compare')}
        </Checkbox>
      </Tooltip>
      <FilterBar filters={filters} values={state.filters as Record<string, string>} onChange={change} />
      {fetching && <LoadingOutlined aria-hidden style={{ color: 'var(--muted)' }} />}
    </div>
  )
}

function useFilters(): readonly Filter[] {
  const t = useText(reportText)
  const both = useBoth()
  const payWay = usePayWayName()
  const choices = useRead('analytics.choices', {}, { staleMs: 300_000 }).data
  const words = (list: readonly string[] | undefined) => (list ?? []).map((value) => ({ value, label: value }))
  return [
    {
      kind: 'custom',
      name: 'skuId',
      label: t('sku'),
      render: (value, onChange) => (
        <SkuPicker
          value={value === undefined ? null : Number(value)}
          onChange={(id) => onChange(id === null ? undefined : String(id))}
          placeholder={t('sku')}
          allowClear
          style={{ width: 180 }}
        />
      ),
    },
    {
      kind: 'select',
      name: 'categoryId',
      label: t('category'),
      options: (choices?.categories ?? []).map(({ id, title, titleEn }) => ({
        value: String(id),
        label: both(title, titleEn),
      })),
    },
    { kind: 'select', name: 'supplier', label: t('supplier'), options: words(choices?.suppliers) },
    {
      kind: 'select',
      name: 'payWay',
      label: t('payWay'),
      options: (choices?.payWays ?? []).map((value) => ({ value, label: payWay(value) })),
    },
    {
      kind: 'select',
      name: 'channel',
      label: t('channel'),
      options: (choices?.channels ?? []).map((value) => ({
        value,
        label: value === 'mall' ? t('channelMall') : value === 'wholesale' ? t('channelWholesale') : value,
      })),
    },
    { kind: 'select', name: 'staff', label: t('staff'), options: words(choices?.staff) },
  ]
}
