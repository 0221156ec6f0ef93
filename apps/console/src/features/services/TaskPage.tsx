import { Alert, Space, Timeline, Typography } from 'antd'
import { Link, useParams } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import { type Say, useBoth, useList, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Money, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { Proofs } from './ProofField.tsx'
import { TimeLeft } from './TimeLeft.tsx'
import { serviceText } from './text.ts'
import { useTake } from './useTake.tsx'
import { type Task, useTaskActions } from './useTaskActions.tsx'

type T = Say<keyof typeof serviceText.keys>
const REFRESH_MS = 10_000

/** One service: what the buyer wants, how long there is, what was asked and answered, and how it ends. */
export function TaskPage() {
  const t = useText(serviceText)
  const taskId = Number(useParams().taskId)
  const read = useRead('fulfilment.getTask', { params: { taskId } }, { refreshMs: REFRESH_MS })
  return (
    <DetailPage
      read={read}
      back="/services"
      title={(task) =>
        task ? [task.goodsTitle, task.skuTitle].filter(Boolean).join(' / ') : t('taskTitle', { id: taskId })
      }
      tags={(task) => <StateTag kind="task" state={task.state} />}
      actions={(task) => <Deeds task={task} />}
    >
      {(task) => (
        <>
          <Head task={task} />
          <FormSection task={task} />
          <Outcome task={task} />
          <Section title={t('logTitle')}>
            <Timeline
              items={task.log.map((entry) => ({
                key: entry.id,
                color: entry.kind === 'overdue' || entry.kind === 'rejected' ? 'red' : 'blue',
                content: <Entry task={task} entry={entry} />,
              }))}
            />
          </Section>
        </>
      )}
    </DetailPage>
  )
}

function Deeds({ task }: { readonly task: Task }) {
  const t = useText(serviceText)
  const take = useTake()
  const { putBack, handOver, ask, finish, reject } = useTaskActions(task)
  const can = (action: Task['actions'][number]) => task.actions.includes(action)
  return (
    <Space wrap>
      {can('put_back') && <ActionButton onClick={putBack}>{t('putBack')}</ActionButton>}
      {can('hand_over') && <ActionButton onClick={() => void handOver()}>{t('handOver')}</ActionButton>}
      {can('reject') && (
        <ActionButton danger onClick={reject}>
          {t('reject')}
        </ActionButton>
      )}
      {can('ask') && <ActionButton onClick={ask}>{t('ask')}</ActionButton>}
      {can('finish') && (
        <ActionButton type="primary" onClick={finish}>
          {t('finish')}
        </ActionButton>
      )}
      {can('take') && (
        <ActionButton type="primary" onClick={() => void take([task.id])}>
          {t('take')}
        </ActionButton>
      )}
    </Space>
  )
}

function Head({ task }: { readonly task: Task }) {
  const t = useText(serviceText)
  const may = useMay()
  return (
    <Section title={t('facts')}>
      <Facts
        items={[
          [
            t('order'),
            <Copyable key="order" text={String(task.orderNo)}>
              {may('orders.read') ? <Link to={`/orders/${task.orderNo}`}>{task.orderNo}</Link> : task.orderNo}
            </Copyable>,
          ],
          task.endedAt === null && [t('due'), <TimeLeft key="due" task={task} />],
          [t('holder'), task.isMine ? t('me') : task.staffName || t('nobody')],
          [t('quantity'), task.quantity],
          [t('amount'), <Money key="amount" fen={task.amountFen} strong />],
          [t('contact'), task.contactMasked],
          [t('opened'), <Time key="opened" value={task.openedAt} />],
          task.dueAt !== null && [t('promisedUntil'), <Time key="promised" value={task.dueAt} />],
          task.endedAt !== null && [t('ended'), <Time key="ended" value={task.endedAt} />],
        ]}
      />
    </Section>
  )
}

function FormSection({ task }: { readonly task: Task }) {
  const t = useText(serviceText)
  const list = useList()
  const nameOf = useFieldNames(task)
  const answers = Object.entries(task.form)
  return (
    <Section title={t('formTitle')}>
      {answers.length === 0 ? (
        <Typography.Text type="secondary">{t('formEmpty')}</Typography.Text>
      ) : (
        <div className="task-form">
          <Facts
            items={answers.map(([key, value]) => [
              nameOf(key),
              <Typography.Text key={key} copyable={{ text: value }}>
                {value}
              </Typography.Text>,
            ])}
          />
        </div>
      )}
      {task.state === 'asking' && task.question !== null && (
        <Alert
          type="info"
          showIcon
          style={{ marginTop: 12 }}
          title={t('asked')}
          description={[task.question, list(task.questionFields.map(nameOf))].filter(Boolean).join(' · ')}
        />
      )}
    </Section>
  )
}

function Outcome({ task }: { readonly task: Task }) {
  const t = useText(serviceText)
  if (task.state !== 'done' && task.state !== 'rejected') return null
  return (
    <Section title={t(task.state === 'done' ? 'proofTitle' : 'rejectedTitle')}>
      <Typography.Paragraph style={{ whiteSpace: 'pre-wrap' }}>{task.proof}</Typography.Paragraph>
      <Proofs taskId={task.id} pictures={task.pictures} />
    </Section>
  )
}

function Entry({ task, entry }: { readonly task: Task; readonly entry: Task['log'][number] }) {
  const t: T = useText(serviceText)
  const nameOf = useFieldNames(task)
  const before = entry.before ?? {}
  return (
    <>
      {t(`log.${entry.kind}`, { by: entry.by, note: entry.note })}{' '}
      <Typography.Text type="secondary">
        <Time value={entry.at} />
      </Typography.Text>
      {entry.kind === 'answered' && (
        <div>
          {Object.entries(entry.after ?? {}).map(([key, after]) => (
            <div key={key}>{t('changed', { field: nameOf(key), before: before[key] || t('empty'), after })}</div>
          ))}
          {entry.note && <Typography.Text type="secondary">{entry.note}</Typography.Text>}
        </div>
      )}
    </>
  )
}

function useFieldNames({ formFields }: Task): (key: string) => string {
  const both = useBoth()
  return (key) => {
    const field = formFields.find((one) => one.key === key)
    return field ? both(field.labelZh, field.labelEn) : key
  }
}
