import { WORKSPACE_ADAPTER } from '@quanshu/contract'
import { Alert, App, Button, Form, Input, InputNumber, Skeleton, Typography } from 'antd'
import { useMemo } from 'react'
import { useNavigate, useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Input as In, Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { CredentialField } from '../../shared/parts/CredentialField.tsx'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { FormPage } from '../../shared/templates/FormPage.tsx'
import { KindChoice } from './KindChoice.tsx'
import { REFRESH_AFTER } from './refresh.ts'
import { supplierText } from './text.ts'
import './supply.css'

type Kind = Output<'suppliers.kinds'>['items'][number]
type Detail = Output<'suppliers.read'>
type Texts = Readonly<Record<string, string | undefined>>
type Values = Omit<In<'suppliers.create'>['body'], 'settings' | 'secrets'> & {
  readonly settings?: Texts
  readonly secrets?: Texts
}
/** What is drawn: the kind's fields, or those of a supplier with what is stored of each. */
type Asked = {
  /** The supplier's own address is known and filled in. */
  readonly addressKnown: boolean
  /** Neither address nor account, nor limits: its people work in the console. */
  readonly byHand: boolean
  readonly identityName: Kind['identityName']
  readonly fields: readonly (Kind['fields'][number] & { readonly isStored: boolean })[]
}

/** A contract with a supplier: a new one under `/suppliers/new`, else the one of the address. */
export function SupplierFormPage() {
  const { id } = useParams()
  return id === undefined ? <NewSupplier /> : <ExistingSupplier key={id} id={Number(id)} />
}

function NewSupplier() {
  const t = useText(supplierText)
  const [form] = Form.useForm<Values>()
  const navigate = useNavigate()
  const kinds = useRead('suppliers.kinds', {}, { staleMs: 300_000 })
  const initial = useMemo(() => (kinds.data ? emptySupplier() : undefined), [kinds.data])
  const create = useAction('suppliers.create', { showProblem: false, refresh: REFRESH_AFTER, done: t('joined') })
  const save = async (values: Values) => {
    const { id } = await create.run({ body: bodyOf(values) })
    // After this form has noticed that it is saved, so that leaving asks nothing.
    setTimeout(() => void navigate(`/suppliers/${id}`, { replace: true }))
  }
  const adapter = Form.useWatch('adapter', form) ?? ''
  const kind = kinds.data?.items.find((one) => one.adapter === adapter)
  const choose = (next: Kind) =>
    // What was typed about the shop's own side stays; what belongs to the interface is that of the new one.
    form.setFieldsValue({
      adapter: next.adapter,
      baseUrl: next.defaultBaseUrl,
      concurrent: next.concurrent,
      perMinute: next.perMinute,
      settings: Object.fromEntries(
        next.fields.filter(({ secret }) => !secret).map((field) => [field.key, field.choices[0]]),
      ),
      secrets: {},
    } as Partial<Values>)
  return (
    <FormPage<Values>
      title={t('createTitle')}
      back="/suppliers"
      narrow
      form={form}
      initial={initial}
      error={kinds.error}
      onRetry={() => void kinds.refetch()}
      onSave={save}
      saveText={t('join')}
    >
      <Section title={t('chooseKind')}>
        <Typography.Paragraph type="secondary">{t('chooseKindHint')}</Typography.Paragraph>
        <Form.Item name="adapter" rules={[{ required: true, message: t('required') }]} style={{ marginBottom: 0 }}>
          <KindChoice kinds={kinds.data?.items ?? []} onChoose={choose} />
        </Form.Item>
      </Section>
      {kind && (
        <SupplierFields
          asked={{
            addressKnown: kind.defaultBaseUrl !== '',
            byHand: kind.byHand,
            identityName: kind.identityName,
            fields: kind.fields.map((field) => ({ ...field, isStored: false })),
          }}
        />
      )}
    </FormPage>
  )
}

function ExistingSupplier({ id }: { readonly id: number }) {
  const t = useText(supplierText)
  const common = useText(commonText)
  const both = useBoth()
  const { message, notification } = App.useApp()
  const [form] = Form.useForm<Values>()
  const navigate = useNavigate()
  const params = { supplierId: id }
  const { data, error, refetch } = useRead('suppliers.read', { params })
  const initial = useMemo(() => (data ? valuesOf(data) : undefined), [data])
  const update = useAction('suppliers.save', { showProblem: false, refresh: REFRESH_AFTER })
  const test = useAction('suppliers.test', { refresh: ['suppliers.'] })
  const save = async (values: Values) => {
    const { adapter: _adapter, ...body } = bodyOf(values)
    await update.run({ params, body })
    // What was sealed is not shown again, so it does not stay in the form either.
    form.setFieldValue('secrets', {})
    void message.success(common('saved'))
  }
  const saveAndLeave = async (values: Values) => {
    await save(values)
    setTimeout(() => void navigate(`/suppliers/${id}`))
  }
  const saveAndTest = async (values: Values) => {
    await save(values)
    const told = await test.go({ params, body: {} })
    if (told) notification[told.ok ? 'success' : 'error']({ key: 'tested', title: told.message || t('test') })
  }
  return (
    <FormPage<Values>
      title={data?.name ?? t('editTitle')}
      {...(data ? { hint: both(data.adapterName.zh, data.adapterName.en) } : {})}
      back={`/suppliers/${id}`}
      narrow
      form={form}
      initial={initial}
      error={error}
      onRetry={() => void refetch()}
      onSave={saveAndLeave}
      locked={data?.state === 'archived' ? t('lockedArchived') : undefined}
      extraActions={(submit) => (
        <Button loading={test.running} onClick={() => void submit(saveAndTest)}>
          {t('saveAndTest')}
        </Button>
      )}
    >
      {data ? (
        <SupplierFields asked={{ ...data, addressKnown: false, byHand: data.adapter === WORKSPACE_ADAPTER }} />
      ) : (
        <Skeleton />
      )}
    </FormPage>
  )
}

function SupplierFields({ asked }: { readonly asked: Asked }) {
  const t = useText(supplierText)
  const both = useBoth()
  return (
    <>
      <Section title={t('partAccount')}>
        <div className="field-grid">
          <Form.Item
            name="name"
            label={t('name')}
            extra={t('nameHint')}
            rules={[{ required: true, whitespace: true, message: t('required') }]}
          >
            <Input maxLength={60} />
          </Form.Item>
          <Form.Item
            name="identity"
            label={both(asked.identityName.zh, asked.identityName.en)}
            rules={asked.byHand ? [] : [{ required: true, whitespace: true, message: t('required') }]}
          >
            <Input maxLength={100} />
          </Form.Item>
          <Form.Item
            className="field-wide"
            name="baseUrl"
            label={t('baseUrl')}
            hidden={asked.byHand}
            {...(asked.addressKnown ? { extra: t('baseUrlHint') } : {})}
            rules={asked.byHand ? [] : [{ required: true, pattern: /^https?:\/\/\S+$/, message: t('badUrl') }]}
          >
            <Input maxLength={300} inputMode="url" placeholder="https://" />
          </Form.Item>
          {asked.fields.map((field) => (
            <CredentialField key={field.key} field={field} />
          ))}
        </div>
      </Section>
      <div hidden={asked.byHand}>
        <Limits />
      </div>
      <Section title={t('partNotes')}>
        <Form.Item name="contact" label={t('contact')}>
          <Input maxLength={200} placeholder={t('contactHint')} />
        </Form.Item>
        <Form.Item name="note" label={t('note')} style={{ marginBottom: 0 }}>
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 8 }} />
        </Form.Item>
      </Section>
    </>
  )
}

function Limits() {
  const t = useText(supplierText)
  return (
    <Section title={t('partLimits')}>
      <Alert type="info" title={t('limitsHint')} style={{ marginBottom: 16, padding: '6px 12px' }} />
      <div className="supply-limits">
        <Form.Item name="concurrent" label={t('concurrent')} rules={[{ required: true, message: t('required') }]}>
          <InputNumber min={1} max={256} precision={0} suffix={t('concurrentUnit')} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="perMinute" label={t('perMinute')} rules={[{ required: true, message: t('required') }]}>
          <InputNumber min={1} max={600_000} precision={0} suffix={t('perMinuteUnit')} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="balanceAlarmFen" label={t('balanceAlarm')} extra={t('balanceAlarmHint')}>
          <MoneyInput max={1_000_000_000} />
        </Form.Item>
      </div>
    </Section>
  )
}

const emptySupplier = (): Values => ({
  name: '',
  adapter: '',
  baseUrl: '',
  identity: '',
  concurrent: 4,
  perMinute: 600,
  balanceAlarmFen: null,
  contact: '',
  note: '',
})

function valuesOf(supplier: Detail): Values {
  const { name, adapter, baseUrl, identity, concurrent, perMinute, balanceAlarmFen, contact, note, fields } = supplier
  const settings = fields
    .filter(({ secret }) => !secret)
    .map(({ key, value, choices }) => [key, value || (choices[0] ?? '')] as const)
  return {
    name,
    adapter,
    baseUrl,
    identity,
    settings: Object.fromEntries(settings),
    concurrent,
    perMinute,
    balanceAlarmFen,
    contact,
    note,
  }
}

function bodyOf({ settings = {}, secrets = {}, ...rest }: Values): In<'suppliers.create'>['body'] {
  return { ...rest, settings: given(settings), secrets: given(secrets) }
}

/** A field that was never touched has no value. */
const given = (values: Texts): Record<string, string> =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
