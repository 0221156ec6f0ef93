import { Form, Input, InputNumber } from 'antd'
import { useMemo } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import type { Input as RouteInput } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ChannelsField } from '../../shared/parts/ChannelsField.tsx'
import { InstantInput, MoneyInput, SkuPicker } from '../../shared/parts/inputs.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { FormPage } from '../../shared/templates/FormPage.tsx'
import { CODES_MAX, PatternField } from './PatternField.tsx'
import { FIRST_ASSEMBLY, judge, patternOf } from './pattern.ts'
import { generationText } from './text.ts'

type Facts = NonNullable<RouteInput<'vault.createGeneration'>['body']>
type Values = Omit<Facts, 'skuId' | 'wanted'> & { readonly skuId: number | null; readonly wanted: number | null }

/** Codes that the shop makes itself: what they look like, how many, and for which variant. */
export function GeneratePage() {
  const t = useText(generationText)
  const [search] = useSearchParams()
  const skuId = Number(search.get('skuId') ?? 0) || null
  const initial = useMemo(() => emptyValues(skuId), [skuId])
  const navigate = useNavigate()
  const create = useAction('vault.createGeneration', {
    refresh: ['vault.listBatches'],
    done: t('started'),
    showProblem: false,
  })
  const save = async ({ skuId: chosen, wanted, ...facts }: Values) => {
    if (chosen === null || wanted === null) return
    const body = { ...facts, costFen: facts.costFen ?? 0, skuId: chosen, wanted }
    const batch = await create.run({ body }, newKey())
    // After this form has noticed that it is saved, so that leaving asks nothing.
    setTimeout(() => void navigate(`/batches/${batch.id}`))
  }
  return (
    <FormPage<Values> title={t('title')} hint={t('hint')} initial={initial} onSave={save} saveText={t('start')} narrow>
      <Section title={t('toWhat')}>
        <div className="form-grid">
          <Form.Item name="skuId" label={t('sku')} rules={[{ required: true, message: t('skuRequired') }]}>
            <SkuPicker placeholder={t('skuHint')} />
          </Form.Item>
          <Form.Item
            name="wanted"
            label={t('wanted')}
            dependencies={['pattern']}
            rules={[
              { required: true, message: t('wantedRequired') },
              ({ getFieldValue }) => ({
                validator: (_, wanted: number | null) => {
                  const judged = judge(String(getFieldValue('pattern') ?? ''))
                  const fits = 'problem' in judged || wanted === null || wanted <= judged.most
                  return fits ? Promise.resolve() : Promise.reject(new Error(t('tooMany', { most: mostOf(judged) })))
                },
              }),
            ]}
          >
            <InputNumber<number>
              min={1}
              max={CODES_MAX}
              precision={0}
              formatter={(value) => (value ? formatCount(Number(value)) : '')}
              parser={(text) => Number((text ?? '').replace(/\D/g, ''))}
              style={{ width: '100%' }}
            />
          </Form.Item>
        </div>
      </Section>
      <Section title={t('look')}>
        <Form.Item
          name="pattern"
          rules={[
            {
              validator: (_, pattern: string) => {
                const judged = judge(pattern)
                if ('problem' in judged) return Promise.reject(new Error(t(`problem.${judged.problem}`)))
                return judged.most > 0 ? Promise.resolve() : Promise.reject(new Error(t('tooWeak')))
              },
            },
          ]}
          style={{ marginBottom: 0 }}
        >
          <PatternField />
        </Form.Item>
      </Section>
      <Section title={t('facts')}>
        <div className="form-grid">
          <Form.Item name="costFen" label={t('cost')}>
            <MoneyInput max={1_000_000} />
          </Form.Item>
          <Form.Item name="purchaseRef" label={t('purchaseRef')}>
            <Input maxLength={80} />
          </Form.Item>
          <Form.Item name="validFrom" label={t('validFrom')}>
            <InstantInput />
          </Form.Item>
          <Form.Item name="validTo" label={t('validTo')} extra={t('validHint')}>
            <InstantInput endOfDay />
          </Form.Item>
          <Form.Item name="channels" label={t('channels')} extra={t('channelsHint')}>
            <ChannelsField />
          </Form.Item>
          <Form.Item name="note" label={t('note')} className="wide" style={{ marginBottom: 0 }}>
            <Input.TextArea maxLength={500} autoSize={{ minRows: 1, maxRows: 4 }} />
          </Form.Item>
        </div>
      </Section>
    </FormPage>
  )
}

const mostOf = (judged: ReturnType<typeof judge>): string => formatCount('most' in judged ? judged.most : 0)

const emptyValues = (skuId: number | null): Values => ({
  skuId,
  wanted: null,
  pattern: patternOf(FIRST_ASSEMBLY),
  costFen: 0,
  purchaseRef: '',
  validFrom: null,
  validTo: null,
  channels: null,
  note: '',
})
