import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { yuanToFen } from '@quanshu/kernel'
import { App, Button, Form, Input, InputNumber } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { goodsText } from './text.ts'

const TIERS_MAX = 10
const SPECS_MAX = 20

/** Quantity prices of one SKU, typed row by row or pasted as lines of `quantity=price`. */
export function TierRows({ at }: { readonly at: number }) {
  const t = useText(goodsText)
  const paste = usePasteTiers(at)
  return (
    <Form.Item label={t('tiers')} extra={t('tiersHint')}>
      <Form.List name={[at, 'tiers']}>
        {(rows, { add, remove }) => (
          <>
            {rows.map(({ key, name }) => (
              <div key={key} className="tier">
                <span>{t('tierFrom')}</span>
                <Form.Item name={[name, 'minQty']} rules={[{ required: true, message: '' }]}>
                  <InputNumber min={2} max={100_000} precision={0} controls={false} style={{ width: 76 }} />
                </Form.Item>
                <span>{t('tierPieces')}</span>
                <Form.Item name={[name, 'unitPriceFen']} rules={[{ required: true, message: '' }]}>
                  <MoneyInput style={{ width: 110 }} />
                </Form.Item>
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={t('takeAway')}
                  onClick={() => remove(name)}
                />
              </div>
            ))}
            <span className="bulk">
              {rows.length < TIERS_MAX && (
                <Button size="small" icon={<PlusOutlined />} onClick={() => add({ minQty: null, unitPriceFen: null })}>
                  {t('addTier')}
                </Button>
              )}
              <Button size="small" onClick={paste}>
                {t('pasteTiers')}
              </Button>
            </span>
          </>
        )}
      </Form.List>
    </Form.Item>
  )
}

function usePasteTiers(at: number): () => void {
  const t = useText(goodsText)
  const { modal, message } = App.useApp()
  const form = Form.useFormInstance()
  return () => {
    let typed = ''
    modal.confirm({
      title: t('pasteTiers'),
      icon: null,
      content: (
        <Input.TextArea
          autoFocus
          autoSize={{ minRows: 5 }}
          placeholder={'10=18.80\n50=17.50'}
          onChange={(event) => (typed = event.target.value)}
        />
      ),
      onOk: () => {
        const rows = tiersOf(typed)
        if ('bad' in rows) {
          void message.error(t('pasteTiersBad', { line: rows.bad, text: rows.text }))
          return Promise.reject(new Error('unreadable'))
        }
        form.setFieldValue(['skus', at, 'tiers'], rows.tiers.slice(0, TIERS_MAX))
        return undefined
      },
    })
  }
}

type Tier = { readonly minQty: number; readonly unitPriceFen: number }

/** Lines of `quantity=price` in yuan, smallest quantity first; or the first line that is not. */
function tiersOf(typed: string): { readonly tiers: readonly Tier[] } | { readonly bad: number; readonly text: string } {
  const tiers: Tier[] = []
  for (const [index, line] of typed.split('\n').entries()) {
    if (line.trim() === '') continue
    const [, quantity, price = ''] = /^\s*(\d{1,6})\s*[=:＝：\t ]\s*¥?([\d.]+)\s*$/.exec(line) ?? []
    const unitPriceFen = yuanToFen(price)
    if (!quantity || unitPriceFen === undefined) return { bad: index + 1, text: line.trim() }
    tiers.push({ minQty: Number(quantity), unitPriceFen })
  }
  return { tiers: tiers.sort((one, other) => one.minQty - other.minQty) }
}

/** Name and content of each specification, e.g. 时长: 12 个月. */
export function SpecRows({ at }: { readonly at: number }) {
  const t = useText(goodsText)
  return (
    <Form.Item label={t('specs')}>
      <Form.List name={[at, 'specs']}>
        {(rows, { add, remove }) => (
          <>
            {rows.map(({ key, name }) => (
              <div key={key} className="tier">
                <Form.Item name={[name, 'name']} rules={[{ required: true, whitespace: true, message: '' }]}>
                  <Input maxLength={20} placeholder={t('specKey')} style={{ width: 130 }} />
                </Form.Item>
                <Form.Item name={[name, 'value']} style={{ flex: 1 }}>
                  <Input maxLength={60} placeholder={t('specValue')} />
                </Form.Item>
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={t('takeAway')}
                  onClick={() => remove(name)}
                />
              </div>
            ))}
            {rows.length < SPECS_MAX && (
              <Button size="small" icon={<PlusOutlined />} onClick={() => add({ name: '', value: '' })}>
                {t('addSpec')}
              </Button>
            )}
          </>
        )}
      </Form.List>
    </Form.Item>
  )
}
