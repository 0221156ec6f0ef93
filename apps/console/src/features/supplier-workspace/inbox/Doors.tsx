import { Form, Input, InputNumber, Modal, Radio, Switch, Tag, Typography } from 'antd'
import { useEffect, useState } from 'react'
import { useAction, useRead } from '../../../shared/api/hooks.ts'
import type { Output } from '../../../shared/api/index.ts'
import { commonText } from '../../../shared/i18n/common.ts'
import { useText } from '../../../shared/i18n/index.ts'
import { ActionButton } from '../../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../../shared/parts/danger.tsx'
import { Copyable, Time } from '../../../shared/parts/values.tsx'
import { Facts, Section } from '../../../shared/templates/DetailPage.tsx'
import { useSubmit } from '../../../shared/templates/FormPage.tsx'
import { inboxText } from './text.ts'

type View = Output<'workspace.readDoors'>
const REFRESH = ['workspace.readDoors'] as const
const REFRESH_MS = 30_000

/** How a supplier's lists may come, and when the last one did. */
export function Doors({ supplierId }: { readonly supplierId: number }) {
  const t = useText(inboxText)
  const { data } = useRead('workspace.readDoors', { params: { supplierId } }, { refreshMs: REFRESH_MS })
  const [open, setOpen] = useState(false)
  if (!data) return null
  return (
    <Section
      title={t('doors')}
      extra={
        <ActionButton type="primary" permission="suppliers.manage" onClick={() => setOpen(true)}>
          {t('set')}
        </ActionButton>
      }
    >
      <Typography.Paragraph type="secondary">{t('doorsHint')}</Typography.Paragraph>
      <Facts
        items={[
          [t('byMail'), <Door key="mail" supplierId={supplierId} door="mail" view={data} />],
          [t('byFolder'), <Door key="folder" supplierId={supplierId} door="folder" view={data} />],
          [t('atOnce'), t(data.atOnce ? 'atOnceYes' : 'atOnceNo')],
          [t('every'), data.everyHours === null ? t('noPromise') : t('everyOf', { hours: data.everyHours })],
          [
            t('heard'),
            <span key="heard">
              <Time value={data.heardAt} relative /> {data.isLate && <Tag color="error">{t('late')}</Tag>}
            </span>,
          ],
        ]}
      />
      <DoorsForm supplierId={supplierId} view={data} open={open} onClose={() => setOpen(false)} />
    </Section>
  )
}

function Door({
  supplierId,
  door,
  view,
}: {
  readonly supplierId: number
  readonly door: 'mail' | 'folder'
  readonly view: View
}) {
  const t = useText(inboxText)
  const confirm = useConfirmDanger()
  const renew = useAction('workspace.renewDoor', { refresh: REFRESH, done: t('renewed'), showProblem: false })
  const isMail = door === 'mail'
  const name = isMail ? view.mailAddress : view.folderName
  if (!(isMail ? view.takesMail : view.takesFiles))
    return <Typography.Text type="secondary">{t('notSetUp')}</Typography.Text>
  if (!(isMail ? view.mailOn : view.folderOn)) return <Typography.Text type="secondary">{t('off')}</Typography.Text>
  const ask = () =>
    confirm({
      title: t(isMail ? 'renewMail' : 'renewFolder'),
      object: name ?? '',
      consequence: t('renewText'),
      askReason: true,
      onConfirm: (reason) => renew.run({ params: { supplierId, door }, body: { reason } }),
    })
  return (
    <span className="workspace-file" style={{ overflowWrap: 'anywhere' }}>
      <Tag color="success">{t('on')}</Tag>
      {name === null ? t('hidden') : <Copyable text={name} />}
      <ActionButton type="link" size="small" permission="suppliers.manage" onClick={ask}>
        {t('renew')}
      </ActionButton>
    </span>
  )
}

type Values = {
  readonly mailOn: boolean
  readonly folderOn: boolean
  readonly senders: string
  readonly signedOnly: boolean
  readonly atOnce: boolean
  readonly everyHours?: number | null
}
const linesOf = (text: string) =>
  text
    .split(/[\n,;，；]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')

function DoorsForm({
  supplierId,
  view,
  open,
  onClose,
}: {
  readonly supplierId: number
  readonly view: View
  readonly open: boolean
  readonly onClose: () => void
}) {
  const t = useText(inboxText)
  const common = useText(commonText)
  const [form] = Form.useForm<Values>()
  const { submit, saving } = useSubmit(form)
  const save = useAction('workspace.saveDoors', { refresh: REFRESH, done: common('saved'), showProblem: false })
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown is what was there when it was opened
  useEffect(() => {
    if (open) form.setFieldsValue({ ...view, senders: view.senders.join('\n') })
  }, [open, form])
  const go = () =>
    void submit(async ({ senders, everyHours, ...rest }) => {
      await save.run({
        params: { supplierId },
        body: { ...rest, senders: linesOf(senders), everyHours: everyHours ?? null },
      })
      onClose()
    })
  const checkSenders = (_rule: unknown, text: string | undefined) => {
    const wrong = linesOf(text ?? '').findIndex((line) => !/^[!-?A-~]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(line))
    return wrong < 0 ? Promise.resolve() : Promise.reject(new Error(t('badSenders', { line: wrong + 1 })))
  }
  const hint = (isThere: boolean) => (isThere ? undefined : t('notSetUpHint'))
  return (
    <Modal
      open={open}
      title={t('doors')}
      onCancel={onClose}
      onOk={go}
      okText={common('save')}
      confirmLoading={saving}
      width={520}
      forceRender
    >
      <Form form={form} layout="vertical" autoComplete="off" onFinish={go}>
        <Form.Item name="mailOn" label={t('mailOn')} valuePropName="checked" extra={hint(view.takesMail)}>
          <Switch disabled={!view.takesMail} />
        </Form.Item>
        <Form.Item name="senders" label={t('senders')} extra={t('sendersHint')} rules={[{ validator: checkSenders }]}>
          <Input.TextArea
            autoSize={{ minRows: 2, maxRows: 6 }}
            spellCheck={false}
            placeholder="stock@supplier.example"
          />
        </Form.Item>
        <Form.Item name="signedOnly" label={t('signedOnly')} valuePropName="checked" extra={t('signedOnlyHint')}>
          <Switch />
        </Form.Item>
        <Form.Item name="folderOn" label={t('folderOn')} valuePropName="checked" extra={hint(view.takesFiles)}>
          <Switch disabled={!view.takesFiles} />
        </Form.Item>
        <Form.Item name="atOnce" label={t('atOnce')} extra={t('atOnceHint')}>
          <Radio.Group
            options={[
              { value: false, label: t('atOnceNo') },
              { value: true, label: t('atOnceYes') },
            ]}
          />
        </Form.Item>
        <Form.Item name="everyHours" label={t('every')} extra={t('everyHint')}>
          <InputNumber min={1} max={2_160} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </Modal>
  )
}
