import { Form, Input, Select } from 'antd'
import { useAction } from '../../shared/api/hooks.ts'
import type { Input as In } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import type { Task } from './TaskPage.tsx'
import { workspaceText } from './text.ts'
import { REFRESH_AFTER } from './useAccept.tsx'

type About = In<'workspace.refuseTask'>['body']['about']
const ABOUT: readonly About[] = ['stock', 'account', 'product', 'other']

/** The two ends of a task that ask for words; codes have a place of their own on the page. */
export function useEndTask(task: Task) {
  const t = useText(workspaceText)
  const confirm = useConfirmDanger()
  const finish = useAction('workspace.finishTask', {
    refresh: REFRESH_AFTER,
    done: t('deliveredDone'),
    showProblem: false,
  })
  const refuse = useAction('workspace.refuseTask', {
    refresh: REFRESH_AFTER,
    done: t('refusedDone'),
    showProblem: false,
  })
  const params = { workTaskId: task.id }
  const object = `${task.product} × ${formatCount(task.quantity)}`
  return {
    finish: () =>
      confirm({
        title: t('finish'),
        object,
        consequence: t('finishText'),
        danger: false,
        extra: (
          <>
            <Form.Item
              name="serial"
              label={t('serial')}
              extra={t('serialHint')}
              rules={[{ required: true, whitespace: true, message: t('required') }]}
            >
              <Input autoFocus maxLength={100} />
            </Form.Item>
            <Form.Item name="note" label={t('remark')}>
              <Input.TextArea maxLength={500} autoSize={{ minRows: 2, maxRows: 5 }} />
            </Form.Item>
          </>
        ),
        onConfirm: (_reason, values) =>
          finish.run({ params, body: { serial: String(values.serial), note: String(values.note ?? '') } }),
      }),
    refuse: () =>
      confirm({
        title: t('refuse'),
        object,
        consequence: t('refuseText'),
        askReason: true,
        initialValues: { about: 'stock' },
        extra: (
          <Form.Item name="about" label={t('about')}>
            <Select
              options={ABOUT.filter((about) => about !== 'account' || task.kind === 'direct').map((about) => ({
                value: about,
                label: t(`about_${about}`),
              }))}
            />
          </Form.Item>
        ),
        onConfirm: (reason, values) => refuse.run({ params, body: { about: values.about as About, reason } }),
      }),
  }
}
