import type { Settings } from '@quanshu/contract'
import { App, Button, Card, Form, Skeleton } from 'antd'
import { type ReactNode, useMemo } from 'react'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useMay } from '../../shared/session.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { useSubmit } from '../../shared/templates/FormPage.tsx'
import { settingsText } from './text.ts'

type View = Output<'tenancy.getSettings'>
type Key = keyof Settings
const NONE: readonly Key[] = []

/** A form over some settings. Field names are the settings' keys; only what changed is sent, with its version. */
export function SettingsForm({
  keys,
  unsaid = NONE,
  children,
}: {
  readonly keys: readonly Key[]
  /** Those whose default is not shown as a choice that nobody made. */
  readonly unsaid?: readonly Key[]
  readonly children: (view: View) => ReactNode
}) {
  const { data, error, refetch } = useRead('tenancy.getSettings', {})
  if (data) return <LoadedForm view={data} keys={keys} unsaid={unsaid} body={children(data)} />
  return <Card>{error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton active />}</Card>
}

function LoadedForm({
  view,
  keys,
  unsaid,
  body,
}: {
  readonly view: View
  readonly keys: readonly Key[]
  readonly unsaid: readonly Key[]
  readonly body: ReactNode
}) {
  const t = useText(settingsText)
  const common = useText(commonText)
  const may = useMay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Record<string, unknown>>()
  const { submit, saving } = useSubmit(form, settingPath)
  const save = useAction('tenancy.saveSettings', {
    refresh: ['tenancy.', 'setup.', 'orders.board'],
    done: common('saved'),
    showProblem: false,
  })
  const initial = useMemo<Readonly<Record<string, unknown>>>(() => {
    const isOpen = (key: Key) => unsaid.includes(key) && (view.versions[key] ?? 0) === 0
    return Object.fromEntries(keys.map((key) => [key, isOpen(key) ? undefined : view.values[key]]))
  }, [keys, unsaid, view])
  const onSave = async (values: Record<string, unknown>) => {
    const changed = keys.filter((key) => JSON.stringify(values[key]) !== JSON.stringify(initial[key]))
    if (changed.length === 0) {
      void message.info(t('nothingChanged'))
      return
    }
    await save.run({
      body: {
        values: Object.fromEntries(changed.map((key) => [key, values[key]])),
        versions: Object.fromEntries(changed.map((key) => [key, view.versions[key] ?? 0])),
      } as never,
    })
  }
  return (
    <Form
      form={form}
      layout="vertical"
      initialValues={initial}
      disabled={!may('settings.manage') || saving}
      onFinish={() => void submit(onSave)}
    >
      <div className="stack">{body}</div>
      {may('settings.manage') && (
        <Button type="primary" htmlType="submit" loading={saving} style={{ marginTop: 12 }}>
          {common('save')}
        </Button>
      )}
    </Form>
  )
}

/** `values.stock.words.someFrom` → `['stock.words', 'someFrom']`: a setting's key holds one dot itself. */
function settingPath(path: string): (string | number)[] {
  const [area = '', name = '', ...rest] = path.replace(/^values\./, '').split('.')
  return [`${area}.${name}`, ...rest]
}
