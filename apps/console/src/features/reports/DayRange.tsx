import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { wallNow } from '../../shared/format.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { type Days, presetDays } from './days.ts'
import { reportText } from './text.ts'

/** Some days of the shop, with the ranges that people ask for. Days to come cannot be chosen. */
export function DayRange({ days, onChange }: { readonly days: Days; readonly onChange: (days: Days) => void }) {
  const t = useText(reportText)
  const common = useText(commonText)
  const presets = presetDays()
  const names = {
    today: common('today'),
    yesterday: common('yesterday'),
    last7: common('last7'),
    last30: common('last30'),
    thisMonth: t('thisMonth'),
    lastMonth: t('lastMonth'),
    thisYear: t('thisYear'),
    last12: t('last12'),
  }
  const tomorrow = wallNow().startOf('day').add(1, 'day')
  return (
    <DatePicker.RangePicker
      className="report-range"
      allowClear={false}
      aria-label={t('range')}
      placeholder={[t('fromDay'), t('toDay')]}
      format="YYYY-MM-DD"
      value={[dayjs(days.from), dayjs(days.to)]}
      disabledDate={(day) => !day.isBefore(tomorrow)}
      presets={(Object.keys(presets) as (keyof typeof presets)[]).map((name) => ({
        label: names[name],
        value: [...presets[name]] as [dayjs.Dayjs, dayjs.Dayjs],
      }))}
      onChange={(range) => {
        const [from, to] = range ?? []
        if (from && to) onChange({ from: from.format('YYYY-MM-DD'), to: to.format('YYYY-MM-DD') })
      }}
    />
  )
}
