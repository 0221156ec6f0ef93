import { Select } from 'antd'
import { useRead } from '../api/hooks.ts'
import { commonText } from '../i18n/common.ts'
import { useText } from '../i18n/index.ts'

/** Channels that alone may sell a batch; none is everybody. Nothing to choose from in a shop without channels. */
export function ChannelsField({
  value,
  onChange,
  id,
}: {
  readonly value?: readonly string[] | null
  readonly onChange?: (value: string[] | null) => void
  readonly id?: string
}) {
  const t = useText(commonText)
  const channels = useRead('stock.listWarehouses', {}, { staleMs: 60_000 }).data?.items ?? []
  return (
    <Select<string[]>
      {...(id === undefined ? {} : { id })}
      mode="multiple"
      allowClear
      placeholder={t('everyChannel')}
      notFoundContent={t('noChannels')}
      value={[...(value ?? [])]}
      onChange={(next) => onChange?.(next.length === 0 ? null : next)}
      options={channels
        .filter(({ state }) => state === 'open')
        .map(({ channel, name }) => ({ value: channel, label: name }))}
    />
  )
}
