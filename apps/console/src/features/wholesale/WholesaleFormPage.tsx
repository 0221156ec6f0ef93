import { Form, Input, InputNumber, Radio, Select, Switch } from 'antd'
import { useMemo, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Input as In, Output } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { CheckGroup } from '../../shared/parts/CheckGroup.tsx'
import { MoneyInput } from '../../shared/parts/inputs.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { FormPage } from '../../shared/templates/FormPage.tsx'
import { SecretOnce, type Told } from './SecretOnce.tsx'
import { wholesaleText } from './text.ts'

type Settings = NonNullable<In<'wholesale.save'>['body']>
type Values = Omit<Settings, 'priceBp'> & { readonly phone?: string; readonly percent: number | null }
type Key = Output<'wholesale.get'>

const SCOPES = ['read', 'order', 'money'] as const
const NETWORKS_MAX = 50
const PER_MINUTE_MAX = 60_000
const BP_PER_PERCENT = 100
const REFRESH = ['wholesale.']

const EMPTY: Values = {
  name: '',
  phone: '',
  scopes: [...SCOPES],
  networks: [],
  perMinute: 120,
  dailyCapFen: null,
  opens: 'listed',
  percent: 100,
  callbackUrl: '',
  givesBack: true,
  note: '',
}

/** What a key may: a new one under `/wholesale/new`, else the one of the address. */
export function WholesaleFormPage() {
  const { wholesaleKeyId } = useParams()
  return wholesaleKeyId === undefined ? <NewKey /> : <ExistingKey key={wholesaleKeyId} id={Number(wholesaleKeyId)} />
}

function NewKey() {
  const t = useText(wholesaleText)
  const navigate = useNavigate()
  const [made, setMade] = useState<Told & { readonly id: number }>()
  const create = useAction('wholesale.create', { refresh: REFRESH, showProblem: false })
  const save = async ({ phone = '', ...values }: Values) => {
    const { key, secret } = await create.run({ body: { ...bodyOf(values), phone } })
    setMade({ id: key.id, key: key.key, secret })
  }
  return (
    <FormPage<Values>
      title={t('create')}
      hint={t('hint')}
      back="/wholesale"
      narrow
      initial={EMPTY}
      onSave={save}
      saveText={t('make')}
    >
      <KeyFields isNew />
      <SecretOnce told={made} onClose={() => void navigate(`/wholesale/${made?.id}`, { replace: true })} />
    </FormPage>
  )
}

function ExistingKey({ id }: { readonly id: number }) {
  const t = useText(wholesaleText)
  const navigate = useNavigate()
  const params = { wholesaleKeyId: id }
  const { data, error, refetch } = useRead('wholesale.get', { params })
  const initial = useMemo(() => (data ? valuesOf(data) : undefined), [data])
  const update = useAction('wholesale.save', { refresh: REFRESH, showProblem: false, done: t('saved') })
  const save = async (values: Values) => {
    await update.run({ params, body: bodyOf(values) })
    // After this form has noticed that it is saved, so that leaving asks nothing.
    setTimeout(() => void navigate(`/wholesale/${id}`))
  }
  return (
    <FormPage<Values>
      title={data?.name ?? t('edit')}
      back={`/wholesale/${id}`}
      narrow
      initial={initial}
      error={error}
      onRetry={() => void refetch()}
      onSave={save}
      locked={data?.state === 'revoked' ? t('revoked') : undefined}
    >
      <KeyFields isNew={false} />
    </FormPage>
  )
}

function bodyOf({ percent, phone: _, ...values }: Values): Settings {
  return { ...values, priceBp: Math.round((percent ?? 100) * BP_PER_PERCENT) }
}

function valuesOf(key: Key): Values {
  const { name, scopes, networks, perMinute, dailyCapFen, opens, priceBp, callbackUrl, givesBack, note } = key
  const percent = priceBp / BP_PER_PERCENT
  return { name, scopes, networks, perMinute, dailyCapFen, opens, percent, callbackUrl, givesBack, note }
}

function KeyFields({ isNew }: { readonly isNew: boolean }) {
  const t = useText(wholesaleText)
  return (
    <>
      <Section title={t('who')}>
        <div className="form-grid">
          <Form.Item
            name="name"
            label={t('name')}
            extra={t('nameHint')}
            rules={[{ required: true, whitespace: true, message: t('nameRequired') }]}
          >
            <Input maxLength={60} />
          </Form.Item>
          {isNew && (
            <Form.Item
              name="phone"
              label={t('phone')}
              extra={t('phoneHint')}
              rules={[{ required: true, pattern: /^1[3-9]\d{9}$/, message: t('phoneRequired') }]}
            >
              <Input inputMode="numeric" maxLength={11} />
            </Form.Item>
          )}
          <Form.Item name="note" label={t('note')} className="wide" style={{ marginBottom: 0 }}>
            <Input.TextArea maxLength={500} autoSize={{ minRows: 1, maxRows: 4 }} />
          </Form.Item>
        </div>
      </Section>
      <Section title={t('price')}>
        <Form.Item name="opens" label={t('opens')}>
          <Radio.Group
            vertical
            options={[
              { value: 'listed', label: t('opensListed') },
              { value: 'all', label: t('opensAll') },
            ]}
          />
        </Form.Item>
        <Form.Item name="percent" label={t('percent')} extra={t('percentHint')} style={{ marginBottom: 0 }}>
          <InputNumber<number> min={0.01} max={200} precision={2} suffix="%" style={{ width: 160 }} />
        </Form.Item>
      </Section>
      <Section title={t('limits')}>
        <Form.Item
          name="scopes"
          label={t('scopes')}
          rules={[{ required: true, type: 'array', min: 1, message: t('scopesRequired') }]}
        >
          <CheckGroup options={SCOPES.map((value) => ({ value, label: t(`scope_${value}`) }))} />
        </Form.Item>
        <div className="form-grid">
          <Form.Item name="dailyCapFen" label={t('cap')} extra={t('capHint')}>
            <MoneyInput placeholder={t('noLimit')} max={1_000_000_000} />
          </Form.Item>
          <Form.Item name="perMinute" label={t('perMinute')}>
            <InputNumber<number> min={1} max={PER_MINUTE_MAX} precision={0} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="networks" label={t('networks')} extra={t('networksHint')} className="wide">
            <Select
              mode="tags"
              tokenSeparators={[',', ' ', '\n', ';']}
              open={false}
              suffixIcon={null}
              maxCount={NETWORKS_MAX}
            />
          </Form.Item>
          <Form.Item
            name="callbackUrl"
            label={t('callbackUrl')}
            extra={t('callbackHint')}
            className="wide"
            rules={[{ pattern: /^(?:https?:\/\/\S+)?$/, message: t('badUrl') }]}
          >
            <Input maxLength={500} inputMode="url" placeholder="https://" />
          </Form.Item>
          <Form.Item
            name="givesBack"
            label={t('givesBack')}
            extra={t('givesBackHint')}
            valuePropName="checked"
            className="wide"
            style={{ marginBottom: 0 }}
          >
            <Switch />
          </Form.Item>
        </div>
      </Section>
    </>
  )
}
