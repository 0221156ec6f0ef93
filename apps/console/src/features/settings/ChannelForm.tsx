import { Button, Form, Switch, Tag, Typography } from 'antd'
import type { ReactNode } from 'react'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { type Tested, TestResult } from '../../shared/parts/TestResult.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { settingsText } from './text.ts'

type Values<Config> = { readonly enabled: boolean; readonly config: Config; readonly secret: string }
type Props<Config> = {
  readonly title: string
  readonly hint: string
  readonly channel: {
    readonly channel: string
    readonly enabled: boolean
    readonly config: Config | null
    readonly hasSecret: boolean
  }
  readonly defaults: Config
  readonly onSave: (values: Values<Config>) => Promise<unknown>
  readonly onTest: () => void
  readonly tested: Tested | undefined
  /** Stands after the fields. */
  readonly below?: ReactNode
  /** The channel's own fields, named under `config`, and `secret`. */
  readonly children: ReactNode
}

/** One way of sending: switched on or off, set up, tried out. */
export function ChannelForm<Config extends object>({
  title,
  hint,
  channel,
  defaults,
  onSave,
  onTest,
  tested,
  below,
  children,
}: Props<Config>) {
  const t = useText(settingsText)
  const common = useText(commonText)
  const may = useMay()
  const [form] = Form.useForm<Values<Config>>()
  const { submit, saving } = useSubmit(form)
  return (
    <Section
      title={
        <>
          {title}{' '}
          <Tag color={channel.enabled ? 'success' : 'default'}>
            {t(channel.enabled ? 'enabled' : channel.config ? 'disabled' : 'notSetUp')}
          </Tag>
        </>
      }
    >
      <Typography.Paragraph type="secondary">{hint}</Typography.Paragraph>
      <Form
        form={form}
        // Several stand on one page: their fields need names of their own.
        name={channel.channel}
        layout="vertical"
        autoComplete="off"
        disabled={!may('settings.manage') || saving}
        initialValues={{ enabled: channel.enabled, config: channel.config ?? defaults, secret: '' }}
        onFinish={() => void submit(onSave)}
      >
        <Form.Item name="enabled" label={t('enable')} valuePropName="checked">
          <Switch />
        </Form.Item>
        <div className="form-grid">{children}</div>
        {below}
        {may('settings.manage') && (
          <span className="bulk">
            <Button type="primary" htmlType="submit" loading={saving}>
              {common('save')}
            </Button>
            <Button disabled={channel.config === null} onClick={onTest}>
              {t('test')}
            </Button>
          </span>
        )}
      </Form>
      <TestResult result={tested} />
    </Section>
  )
}
