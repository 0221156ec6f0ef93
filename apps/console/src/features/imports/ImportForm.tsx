import { Alert, Form, Input, Select } from 'antd'
import { useMemo } from 'react'
import { Link } from 'react-router'
import { newKey, useAction, useRead } from '../../shared/api/hooks.ts'
import type { Input as RouteInput } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { ChannelsField } from '../../shared/parts/ChannelsField.tsx'
import { InstantInput, MoneyInput, SkuPicker } from '../../shared/parts/inputs.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { FormPage } from '../../shared/templates/FormPage.tsx'
import { ContentField } from './ContentField.tsx'
import { type ImportFile, send } from './runs.ts'
import { importText } from './text.ts'
import './imports.css'

type Facts = NonNullable<RouteInput<'vault.createImport'>['body']>
type Values = Omit<Facts, 'skuId' | 'fileName'> & { readonly skuId: number | null; readonly file: ImportFile | null }

/** What is imported, into which variant, and where it was bought. */
export function ImportForm({
  skuId,
  onStarted,
}: {
  readonly skuId: number | undefined
  readonly onStarted: (batchId: number) => void
}) {
  const t = useText(importText)
  const initial = useMemo(() => emptyValues(skuId), [skuId])
  const create = useAction('vault.createImport', { refresh: ['vault.listBatches'], showProblem: false })
  const save = async ({ file, skuId: chosen, ...facts }: Values) => {
    if (!file || chosen === null) return
    const body = { ...facts, costFen: facts.costFen ?? 0, skuId: chosen, fileName: file.name }
    const batch = await create.run({ body }, newKey())
    void send(batch, file)
    onStarted(batch.id)
  }
  return (
    <FormPage<Values> title={t('title')} hint={t('hint')} initial={initial} onSave={save} saveText={t('start')} narrow>
      <Unfinished />
      <Section title={t('toWhat')}>
        <Form.Item
          name="skuId"
          label={t('sku')}
          rules={[{ required: true, message: t('skuRequired') }]}
          style={{ marginBottom: 0 }}
        >
          <SkuPicker placeholder={t('skuHint')} />
        </Form.Item>
      </Section>
      <Section title={t('content')}>
        <Form.Item name="file" rules={[{ required: true, message: t('contentRequired') }]}>
          <ContentField />
        </Form.Item>
        <Form.Item name="separator" label={t('separator')} style={{ maxWidth: 320, marginBottom: 0 }}>
          <Select options={separatorOptions(t)} />
        </Form.Item>
      </Section>
      <Section title={t('facts')}>
        <div className="form-grid">
          <Form.Item name="supplier" label={t('supplier')}>
            <Input maxLength={80} placeholder={t('supplierHint')} />
          </Form.Item>
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

/** Imports that broke off or still run, so that nobody starts the same file a second time. */
function Unfinished() {
  const t = useText(importText)
  const may = useMay()
  const read = useRead(
    'vault.listBatches',
    { query: { state: 'importing,interrupted', origin: 'import', pageSize: 5 } },
    { enabled: may('stock.read'), refreshMs: 5_000 },
  )
  const batches = read.data?.items ?? []
  if (batches.length === 0) return null
  return (
    <Alert
      type="warning"
      showIcon
      title={t('unfinished', { count: read.data?.total ?? 0 })}
      description={batches.map((batch) => (
        <div key={batch.id} className="unfinished">
          <span>
            #{batch.id} {batch.fileName} · {batch.goodsTitle} / {batch.skuTitle}
          </span>
          <Link to={`/imports/new?batch=${batch.id}`}>{t(batch.state === 'importing' ? 'see' : 'goOn')}</Link>
        </div>
      ))}
    />
  )
}

const emptyValues = (skuId: number | undefined): Values => ({
  skuId: skuId ?? null,
  file: null,
  separator: 'auto',
  supplier: '',
  costFen: 0,
  purchaseRef: '',
  validFrom: null,
  validTo: null,
  channels: null,
  note: '',
})

const separatorOptions = (t: (key: 'sepAuto' | 'sepTab' | 'sepComma' | 'sepSpace' | 'sepNone') => string) => [
  { value: 'auto', label: t('sepAuto') },
  { value: '----', label: '----' },
  { value: '---', label: '---' },
  { value: '|', label: '|' },
  { value: 'tab', label: t('sepTab') },
  { value: 'comma', label: t('sepComma') },
  { value: 'space', label: t('sepSpace') },
  { value: 'none', label: t('sepNone') },
]
