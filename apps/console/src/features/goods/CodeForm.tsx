import { Form, InputNumber, Select } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { goodsText } from './text.ts'
import type { SkuValues } from './values.ts'

/** A code in a loop may be sold without end; one whose uses are all made at its import may not. */
const USES_MAX = 1_000
const LOOP_USES_MAX = 1_000_000

/** How the codes of a variant are sold: in which order, how often each, whether buyers choose theirs, and who may open them. */
export function CodeForm({ at, hidden }: { readonly at: number; readonly hidden: boolean }) {
  const t = useText(goodsText)
  const form = Form.useFormInstance()
  const allocation = Form.useWatch(['skus', at, 'allocation']) as SkuValues['allocation'] | undefined
  const uses = Form.useWatch(['skus', at, 'usesPerCode']) as number | null | undefined
  const pick = Form.useWatch(['skus', at, 'pick']) as SkuValues['pick'] | undefined
  const isLoop = allocation === 'loop'
  const isShared = isLoop || (uses ?? 1) > 1
  const set = (field: string, value: unknown) => form.setFieldValue(['skus', at, field], value)
  return (
    <>
      <Form.Item name={[at, 'allocation']} label={t('allocation')} hidden={hidden} tooltip={t('loopHint')}>
        <Select
          // A loop of once goes nowhere, and only a loop has no end.
          onChange={(next: SkuValues['allocation']) => {
            if (next === 'loop') {
              set('usesPerCode', null)
              set('pick', 'none')
            } else if (isLoop) set('usesPerCode', 1)
          }}
          options={[
            { value: 'fifo', label: t('fifo') },
            { value: 'fefo', label: t('fefo') },
            { value: 'lifo', label: t('lifo') },
            { value: 'random', label: t('random') },
            { value: 'loop', label: t('loop') },
          ]}
        />
      </Form.Item>
      <Form.Item
        name={[at, 'usesPerCode']}
        label={t('usesPerCode')}
        tooltip={t('usesPerCodeHint')}
        hidden={hidden}
        rules={[{ required: !hidden && !isLoop, message: t('usesRequired') }]}
      >
        <InputNumber
          min={isLoop ? 2 : 1}
          max={isLoop ? LOOP_USES_MAX : USES_MAX}
          precision={0}
          suffix={t('timesUnit')}
          placeholder={isLoop ? t('noBound') : ''}
          style={{ width: '100%' }}
          onChange={(next) => {
            if (Number(next ?? 1) > 1) set('pick', 'none')
          }}
        />
      </Form.Item>
      <Form.Item
        name={[at, 'pick']}
        label={t('pick')}
        hidden={hidden}
        tooltip={isShared ? t('pickShared') : t('pickHint')}
      >
        <Select
          disabled={isShared}
          options={[
            { value: 'none', label: t('pickNone') },
            { value: 'number', label: t('pickNumber') },
            { value: 'masked', label: t('pickMasked') },
          ]}
        />
      </Form.Item>
      <Form.Item
        name={[at, 'pickFeeFen']}
        label={t('pickFee')}
        tooltip={t('pickFeeHint')}
        hidden={hidden || (pick ?? 'none') === 'none'}
      >
        <MoneyInput />
      </Form.Item>
      <Form.Item name={[at, 'openedBy']} label={t('openedBy')} hidden={hidden} tooltip={t('openedByHint')}>
        <Select
          options={[
            { value: 'order', label: t('openedByOrder') },
            { value: 'member', label: t('openedByMember') },
            { value: 'device', label: t('openedByDevice') },
          ]}
        />
      </Form.Item>
    </>
  )
}
