import {
  DELIVERED_KEYS,
  fillHoles,
  formOf,
  holesOf,
  MESSAGE_EVENT_KEYS,
  MESSAGE_LOCALES,
  type MessageChannel,
  type MessageEventKey,
  type MessageLocale,
  messageEvent,
  sampleValues,
  smsLength,
  type TemplateForm,
  variablesOf,
} from '@quanshu/contract'
import { Alert, Button, Card, Form, Input, Segmented, Select, Skeleton, Tag, Typography } from 'antd'
import { useState } from 'react'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useLocale, useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { TestResult, useTestResult } from '../../shared/parts/TestResult.tsx'
import { useMay, useMe } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import { notifyText } from './notifyText.ts'
import { settingsText } from './text.ts'
import { wecomUserRule } from './WecomAppChannel.tsx'

type TextView = Output<'notify.listTexts'>['items'][number]
type Values = Pick<TextView, 'subject' | 'body' | 'aliyunCode' | 'tencentCode'>
const FORM_NAMES = {
  inbox: 'formInbox',
  email: 'formEmail',
  sms: 'formSms',
  card: 'formCard',
  robot: 'formRobot',
} as const
const FORMS = ['email', 'sms', 'card', 'inbox', 'robot'] as const satisfies readonly TemplateForm[]
const LOCALE_NAMES: Readonly<Record<MessageLocale, string>> = { 'zh-CN': '中文', en: 'English' }

/** What messages say: chosen by message, form and language; written beside its preview. */
export function TextsPart() {
  const t = useText(notifyText)
  const isEnglish = useLocale() === 'en'
  const texts = useRead('notify.listTexts', {})
  const channels = useRead('notify.getChannels', {})
  const [url, change] = useUrlState()
  if (!texts.data) {
    return (
      <Card>
        {texts.error ? <ErrorState error={texts.error} onRetry={() => void texts.refetch()} /> : <Skeleton active />}
      </Card>
    )
  }
  const event = MESSAGE_EVENT_KEYS.find((key) => key === url.event) ?? 'order.delivered'
  const forms = FORMS.filter((form) => messageEvent(event).channels.some((channel) => formOf(channel) === form))
  const form = forms.find((one) => one === url.form) ?? forms[0] ?? 'email'
  const locale = MESSAGE_LOCALES.find((one) => one === url.locale) ?? 'zh-CN'
  const text = texts.data.items.find((one) => one.event === event && one.form === form && one.locale === locale)
  const ofCodes = texts.data.items.find(
    (one) => one.event === 'order.delivered' && one.form === 'sms' && one.locale === locale,
  )
  // Goods without an approved text of their own are told of in the one for codes.
  const goesAsCodes = ofKind(event) && hasTemplate(ofCodes)
  const signName = channels.data?.sms.config?.signName ?? channels.data?.smsTencent.config?.signName ?? ''
  return (
    <Section title={t('texts')}>
      <div className="text-choice">
        <Select
          value={event}
          aria-label={t('event')}
          onChange={(next) => change({ event: next, form: undefined })}
          options={MESSAGE_EVENT_KEYS.map((key) => ({
            value: key,
            label: isEnglish ? messageEvent(key).name.en : messageEvent(key).name.zh,
          }))}
        />
        <Segmented
          value={form}
          onChange={(next) => change({ form: next })}
          options={forms.map((value) => ({ value, label: t(FORM_NAMES[value]) }))}
        />
        <Segmented
          value={locale}
          onChange={(next) => change({ locale: next })}
          options={MESSAGE_LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] }))}
        />
      </div>
      {text && (
        <TextEditor
          key={`${event} ${form} ${locale} ${text.updatedAt}`}
          text={text}
          signName={signName}
          goesAsCodes={goesAsCodes}
        />
      )}
    </Section>
  )
}

const ofKind = (event: MessageEventKey): boolean =>
  event !== 'order.delivered' && (DELIVERED_KEYS as readonly string[]).includes(event)
const hasTemplate = (text: TextView | undefined): boolean =>
  text !== undefined && (text.aliyunCode !== '' || text.tencentCode !== '')

function TextEditor({
  text,
  signName,
  goesAsCodes,
}: {
  readonly text: TextView
  readonly signName: string
  readonly goesAsCodes: boolean
}) {
  const t = useText(notifyText)
  const s = useText(settingsText)
  const common = useText(commonText)
  const isEnglish = useLocale() === 'en'
  const may = useMay()
  const confirm = useConfirmDanger()
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const initial: Values = {
    subject: text.subject,
    body: text.body,
    aliyunCode: text.aliyunCode,
    tencentCode: text.tencentCode,
  }
  const now = { ...initial, ...(Form.useWatch([], form) as Partial<Values> | undefined) }
  const options = { refresh: ['notify.listTexts'], done: common('saved') }
  const save = useAction('notify.saveText', { ...options, showProblem: false })
  const reset = useAction('notify.resetText', options)
  const place = { event: text.event, form: text.form, locale: text.locale }
  const variables = variablesOf(text.event, text.form)
  const unknown = holesOf(`${now.subject}\n${now.body}`).filter((name) => !variables.some(([known]) => known === name))
  const isChanged = JSON.stringify(now) !== JSON.stringify(initial)
  const isSms = text.form === 'sms'
  const smsHint = (
    <>
      {t('smsBodyHint')}
      {ofKind(text.event) && <div>{t('smsOfKind')}</div>}
      {text.event === 'order.delivered' && <div>{t('smsOfEveryKind', { result: '{result}' })}</div>}
    </>
  )
  const [caret, setCaret] = useState<number>()
  const insert = (name: string) => {
    const at = caret ?? now.body.length
    form.setFieldValue('body', `${now.body.slice(0, at)}{${name}}${now.body.slice(at)}`)
    setCaret(at + name.length + 2)
  }
  const askReset = () =>
    confirm({
      title: t('reset'),
      object: isEnglish ? messageEvent(text.event).name.en : messageEvent(text.event).name.zh,
      consequence: t('resetConsequence'),
      onConfirm: () => reset.run({ body: place }),
    })
  return (
    <div className="text-editor">
      <Form
        form={form}
        layout="vertical"
        initialValues={initial}
        disabled={!may('settings.manage') || saving}
        onFinish={() => void submit((values) => save.run({ body: { ...place, ...initial, ...values } }))}
      >
        {!isSms && (
          <Form.Item name="subject" label={t('subject')} rules={[{ required: true, message: s('required') }]}>
            <Input maxLength={120} />
          </Form.Item>
        )}
        <Form.Item
          name="body"
          label={isSms ? t('smsBody') : t('body')}
          extra={isSms ? smsHint : t('bodyHint', { link: '{link}' })}
          rules={[{ required: true, whitespace: true, message: s('required') }]}
          {...(unknown.length > 0
            ? { validateStatus: 'error' as const, help: t('unknownVariables', { names: unknown.join(', ') }) }
            : {})}
        >
          <Input.TextArea
            autoSize={{ minRows: isSms ? 3 : 7, maxRows: 18 }}
            maxLength={4000}
            onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart)}
          />
        </Form.Item>
        <div className="text-variables">
          <span className="switch-hint">{t('variables')}</span>
          {variables.map(([name, variable]) => (
            <Button key={name} size="small" onClick={() => insert(name)}>
              {isEnglish ? variable.name.en : variable.name.zh} {`{${name}}`}
            </Button>
          ))}
        </div>
        {isSms && (
          <>
            <div className="form-grid">
              <Form.Item name="aliyunCode" label={t('aliyunCode')}>
                <Input maxLength={60} placeholder="SMS_123456789" />
              </Form.Item>
              <Form.Item
                name="tencentCode"
                label={t('tencentCode')}
                rules={[{ pattern: /^\d*$/, message: t('onlyDigits') }]}
              >
                <Input maxLength={20} inputMode="numeric" placeholder="2100002" />
              </Form.Item>
            </div>
            <ProviderForms body={now.body} />
          </>
        )}
        <span className="bulk">
          <Button type="primary" htmlType="submit" loading={saving} disabled={unknown.length > 0}>
            {common('save')}
          </Button>
          <Button disabled={text.isStandard} onClick={askReset}>
            {t('reset')}
          </Button>
          <Tag color={text.isStandard ? 'default' : 'processing'}>{t(text.isStandard ? 'standard' : 'changed')}</Tag>
        </span>
      </Form>
      <div>
        <Preview text={text} values={now} signName={signName} />
        {may('settings.manage') && <SendTest text={text} isChanged={isChanged} goesAsCodes={goesAsCodes} />}
      </div>
    </div>
  )
}

/** The same text as each provider's own console wants it. */
function ProviderForms({ body }: { readonly body: string }) {
  const t = useText(notifyText)
  const holes = holesOf(body)
  const filled = (of: (name: string, n: number) => string) =>
    fillHoles(body, Object.fromEntries(holes.map((name, n) => [name, of(name, n)])))
  return (
    <dl className="provider-forms">
      <dt>{t('asAliyun')}</dt>
      <dd>{filled((name) => `\${${name}}`)}</dd>
      <dt>{t('asTencent')}</dt>
      <dd>{filled((_name, n) => `{${n + 1}}`)}</dd>
    </dl>
  )
}

function Preview({
  text,
  values,
  signName,
}: {
  readonly text: TextView
  readonly values: Values
  readonly signName: string
}) {
  const t = useText(notifyText)
  const samples = sampleValues(text.event, text.locale)
  if (text.form === 'sms') {
    const body = fillHoles(values.body, samples)
    return (
      <div className="text-preview" aria-live="polite">
        <div className="switch-hint">{t('preview')}</div>
        <div className="sms-bubble">
          {signName && `【${signName}】`}
          {body}
        </div>
        <div className="switch-hint">{t('length', smsLength(body, signName))}</div>
      </div>
    )
  }
  const paragraphs = values.body.split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== '')
  return (
    <div className="text-preview" aria-live="polite">
      <div className="switch-hint">{t('preview')}</div>
      <article className="text-paper">
        <strong>{fillHoles(values.subject, samples)}</strong>
        {paragraphs.map((paragraph, index) =>
          paragraph.trim() === '{link}' ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs have no name but their place
            <span key={index} className="text-button">
              {text.locale === 'en' ? 'Open' : '查看详情'}
            </span>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs have no name but their place
            <p key={index}>{fillHoles(paragraph, samples)}</p>
          ),
        )}
      </article>
    </div>
  )
}

const CHANNEL_NAMES = {
  sms: 'sms',
  email: 'email',
  wecom_app: 'wecomAppShort',
  wecom: 'wecomShort',
  dingtalk: 'dingtalkShort',
  feishu: 'feishuShort',
} as const
type Sending = keyof typeof CHANNEL_NAMES
const isSending = (channel: MessageChannel): channel is Sending => channel !== 'inbox'

/** Sends what is stored, filled with samples. */
function SendTest({
  text,
  isChanged,
  goesAsCodes,
}: {
  readonly text: TextView
  readonly isChanged: boolean
  readonly goesAsCodes: boolean
}) {
  const t = useText(notifyText)
  const s = useText(settingsText)
  const common = useText(commonText)
  const me = useMe()
  const confirm = useConfirmDanger()
  const test = useTestResult()
  const send = useAction('notify.testText', { onDone: test.show })
  const channels = channelsOf(text.event, text.form)
  if (channels.length === 0) return null
  const isRobot = text.form === 'robot'
  const ask = () =>
    confirm({
      title: t('sendTestTitle'),
      object: channels.length === 1 ? t(CHANNEL_NAMES[channels[0] as Sending]) : '',
      danger: false,
      confirmText: s('send'),
      initialValues: { channel: channels[0], to: text.form === 'email' ? me.email : '' },
      extra: (
        <>
          {channels.length > 1 && (
            <Form.Item name="channel" label={t('sendTestBy')}>
              <Select options={channels.map((value) => ({ value, label: t(CHANNEL_NAMES[value]) }))} />
            </Form.Item>
          )}
          {!isRobot && (
            <Form.Item
              name="to"
              label={text.form === 'card' ? t('wecomUser') : t('to')}
              rules={[
                text.form === 'sms'
                  ? { required: true, pattern: /^1[3-9]\d{9}$/, message: s('badPhone') }
                  : text.form === 'card'
                    ? wecomUserRule(t('badWecomUser'))
                    : { required: true, type: 'email', message: common('badEmail') },
              ]}
            >
              <Input
                autoFocus
                maxLength={254}
                inputMode={text.form === 'sms' ? 'tel' : text.form === 'card' ? 'text' : 'email'}
              />
            </Form.Item>
          )}
        </>
      ),
      onConfirm: (_reason, values) =>
        send.run({
          body: {
            event: text.event,
            locale: text.locale,
            channel: (values.channel ?? channels[0]) as Sending,
            to: String(values.to ?? ''),
          },
        }),
    })
  return (
    <>
      <Button onClick={ask} disabled={isChanged} style={{ marginTop: 12 }}>
        {t('sendTest')}
      </Button>
      {isChanged && <Typography.Text type="secondary"> {t('saveFirst')}</Typography.Text>}
      {text.form === 'sms' && !hasTemplate(text) && (
        <Alert
          type="info"
          showIcon
          title={t(goesAsCodes ? 'goesAsCodes' : ofKind(text.event) ? 'noCodesOfKind' : 'noCodes')}
          style={{ marginTop: 12 }}
        />
      )}
      <TestResult result={test.result} />
    </>
  )
}

const channelsOf = (event: MessageEventKey, form: TemplateForm): readonly Sending[] =>
  messageEvent(event)
    .channels.filter(isSending)
    .filter((channel) => formOf(channel) === form)
