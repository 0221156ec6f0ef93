import { FilterOutlined } from '@ant-design/icons'
import { Badge, Button, Checkbox, DatePicker, Drawer, Form, Grid, Input, Segmented, Select } from 'antd'
import { type ReactNode, useEffect, useState } from 'react'
import { fromWall, toWall, wallNow } from '../format.ts'
import { commonText } from '../i18n/common.ts'
import { useText } from '../i18n/index.ts'
import { type StateKind, statesOf, stateText } from '../states.ts'
import type { UrlValues } from '../urlState.ts'

/** What a list can be narrowed by. Values are text, as they stand in the address and go to the server. */
export type Filter =
  | { readonly kind: 'search'; readonly name?: string; readonly placeholder: string }
  | {
      readonly kind: 'states'
      readonly name: string
      readonly label: string
      readonly of: StateKind
      readonly single?: boolean
      readonly only?: readonly string[]
    }
  | {
      readonly kind: 'select'
      readonly name: string
      readonly label: string
      readonly options: readonly Option[]
      readonly multiple?: boolean
    }
  | {
      readonly kind: 'tabs'
      readonly name: string
      readonly options: readonly Option[]
      /** Each tab is a list of its own: when it is empty, the page says so in its own words. */
      readonly ownLists?: boolean
    }
  | { readonly kind: 'flag'; readonly name: string; readonly label: string }
  | { readonly kind: 'text'; readonly name: string; readonly label: string }
  | { readonly kind: 'range'; readonly from?: string; readonly to?: string; readonly label: string }
  | {
      readonly kind: 'custom'
      readonly name: string
      readonly label: string
      readonly render: (value: string | undefined, onChange: (value: string | undefined) => void) => ReactNode
    }

export type Option = { readonly value: string; readonly label: string }
type Change = (patch: Readonly<Record<string, string | undefined>>) => void

/** Names in the address that a filter owns. */
export function namesOf(filter: Filter): readonly string[] {
  if (filter.kind === 'search') return [filter.name ?? 'q']
  if (filter.kind === 'range') return [filter.from ?? 'from', filter.to ?? 'to']
  return [filter.name]
}

/** In a row on a desk; on a phone the search stays and the rest waits behind a button. */
export function FilterBar({
  filters,
  values,
  onChange,
}: {
  readonly filters: readonly Filter[]
  readonly values: UrlValues
  readonly onChange: Change
}) {
  const t = useText(commonText)
  const wide = Grid.useBreakpoint().md !== false
  const [open, setOpen] = useState(false)
  const inSight = (filter: Filter) => wide || filter.kind === 'search' || filter.kind === 'tabs'
  const hidden = filters.filter((filter) => !inSight(filter))
  const hiddenInUse = hidden.flatMap(namesOf).filter((name) => values[name] !== undefined).length
  return (
    <div className="filters">
      {filters.filter(inSight).map((filter) => (
        <Control key={namesOf(filter).join()} filter={filter} values={values} onChange={onChange} />
      ))}
      {hidden.length > 0 && (
        <Badge count={hiddenInUse} size="small">
          <Button icon={<FilterOutlined />} onClick={() => setOpen(true)} aria-label={t('filters')} />
        </Badge>
      )}
      <Drawer
        title={t('filters')}
        placement="bottom"
        size="auto"
        open={open}
        onClose={() => setOpen(false)}
        extra={
          <Button type="primary" onClick={() => setOpen(false)}>
            {t('confirm')}
          </Button>
        }
      >
        <Form layout="vertical">
          {hidden.map((filter) => (
            <Form.Item
              key={namesOf(filter).join()}
              label={'label' in filter && filter.kind !== 'flag' ? filter.label : undefined}
            >
              <Control filter={filter} values={values} onChange={onChange} full />
            </Form.Item>
          ))}
        </Form>
      </Drawer>
    </div>
  )
}

type ControlProps<F> = {
  readonly filter: F
  readonly values: UrlValues
  readonly onChange: Change
  readonly full?: boolean
}

function Control({ filter, values, onChange, full = false }: ControlProps<Filter>) {
  switch (filter.kind) {
    case 'search':
      return (
        <SearchBox name={filter.name ?? 'q'} placeholder={filter.placeholder} values={values} onChange={onChange} />
      )
    case 'text':
      return <SearchBox name={filter.name} placeholder={filter.label} values={values} onChange={onChange} short />
    case 'tabs':
      return (
        <Segmented
          options={filter.options.map((option) => ({ ...option }))}
          value={values[filter.name] ?? filter.options[0]?.value ?? ''}
          onChange={(value) =>
            onChange({ [filter.name]: value === filter.options[0]?.value ? undefined : String(value) })
          }
        />
      )
    case 'flag':
      return (
        <Checkbox
          checked={values[filter.name] === 'true'}
          onChange={(event) => onChange({ [filter.name]: event.target.checked ? 'true' : undefined })}
        >
          {filter.label}
        </Checkbox>
      )
    case 'states':
      return <StatesBox filter={filter} values={values} onChange={onChange} full={full} />
    case 'select':
      return (
        <PickBox
          name={filter.name}
          label={filter.label}
          options={filter.options}
          multiple={filter.multiple === true}
          values={values}
          onChange={onChange}
          full={full}
        />
      )
    case 'range':
      return <RangeBox filter={filter} values={values} onChange={onChange} full={full} />
    case 'custom':
      return filter.render(values[filter.name], (value) => onChange({ [filter.name]: value }))
  }
}

function SearchBox({
  name,
  placeholder,
  values,
  onChange,
  short = false,
}: {
  readonly name: string
  readonly placeholder: string
  readonly values: UrlValues
  readonly onChange: Change
  readonly short?: boolean
}) {
  const current = values[name] ?? ''
  const [text, setText] = useState(current)
  const wide = Grid.useBreakpoint().md !== false
  // The address may change from outside: the back button, "clear filters", a link.
  useEffect(() => setText(current), [current])
  return (
    <Input.Search
      className="filter-search"
      {...(wide ? { style: { width: widthFor(placeholder, short ? 160 : 260) } } : {})}
      placeholder={placeholder}
      title={placeholder}
      value={text}
      allowClear
      onChange={(event) => {
        setText(event.target.value)
        if (event.target.value === '') onChange({ [name]: undefined })
      }}
      onSearch={(value) => onChange({ [name]: value.trim() })}
    />
  )
}

/** Room for the words inside of it, beside the button: a Chinese character is as wide as two Latin ones. */
function widthFor(words: string, least: number): number {
  const letters = [...words].reduce((sum, letter) => sum + (letter > '\u2e7f' ? 2 : 1), 0)
  return Math.min(360, Math.max(least, 64 + letters * 7.2))
}

function StatesBox({ filter, ...rest }: ControlProps<Extract<Filter, { kind: 'states' }>>) {
  const t = useText(stateText)
  const options = statesOf(filter.of)
    .filter((state) => filter.only === undefined || filter.only.includes(state))
    .map((state) => ({ value: state, label: t(`${filter.of}.${state}`) }))
  return (
    <PickBox name={filter.name} label={filter.label} options={options} multiple={filter.single !== true} {...rest} />
  )
}

type PickProps = Omit<ControlProps<Filter>, 'filter'> & {
  readonly name: string
  readonly label: string
  readonly options: readonly Option[]
  readonly multiple: boolean
}

function PickBox({ name, label, options, multiple, values, onChange, full = false }: PickProps) {
  const value = values[name]
  return (
    <Select
      {...(multiple ? { mode: 'multiple' as const, maxTagCount: 1 as const } : {})}
      placeholder={label}
      aria-label={label}
      allowClear
      showSearch={options.length > 8 ? { optionFilterProp: 'label' } : false}
      popupMatchSelectWidth={false}
      style={full ? { width: '100%' } : { minWidth: multiple ? 150 : 120, maxWidth: 240 }}
      options={options.map((option) => ({ ...option }))}
      value={value === undefined ? undefined : multiple ? value.split(',') : value}
      onChange={(next: string | string[] | undefined) =>
        onChange({ [name]: Array.isArray(next) ? next.join(',') : next })
      }
    />
  )
}

function RangeBox({ filter, values, onChange, full = false }: ControlProps<Extract<Filter, { kind: 'range' }>>) {
  const t = useText(commonText)
  const [from, to] = [filter.from ?? 'from', filter.to ?? 'to']
  const [start, end] = [values[from], values[to]]
  const today = wallNow().startOf('day')
  const days = (back: number, until = 0) =>
    [today.subtract(back, 'day'), today.subtract(until, 'day').endOf('day')] as [typeof today, typeof today]
  return (
    <DatePicker.RangePicker
      showTime={{ format: 'HH:mm' }}
      format="YYYY-MM-DD HH:mm"
      placeholder={[t('from'), t('to')]}
      aria-label={filter.label}
      allowEmpty={[true, true]}
      style={full ? { width: '100%' } : { width: 310 }}
      presets={[
        { label: t('today'), value: days(0) },
        { label: t('yesterday'), value: days(1, 1) },
        { label: t('last7'), value: days(6) },
        { label: t('last30'), value: days(29) },
      ]}
      value={[start ? toWall(start) : null, end ? toWall(end) : null]}
      onChange={(range) =>
        onChange({
          [from]: range?.[0] ? fromWall(range[0]) : undefined,
          [to]: range?.[1] ? fromWall(range[1]) : undefined,
        })
      }
    />
  )
}
