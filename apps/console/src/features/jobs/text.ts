import { defineMessages } from '../../shared/i18n/index.ts'

export const jobText = defineMessages('jobs', {
  title: ['后台任务', 'Jobs'],
  hint: [
    '发短信、发邮件、退款等在后台进行的工作。失败会自动重试；多次失败后放弃，等待人工处理。',
    'Messages, refunds and other work in the background. Failures are tried again by themselves; what gave up waits for a person.',
  ],
  givenUp: ['已放弃', 'Given up'],
  waiting: ['等待中', 'Waiting'],
  search: ['任务名或对象编号', 'Task or what it is about'],
  task: ['任务', 'Task'],
  about: ['对象', 'About'],
  attempts: ['尝试', 'Tries'],
  error: ['最后一次错误', 'Last error'],
  runAt: ['下次执行', 'Runs at'],
  createdAt: ['创建时间', 'Created'],
  rerun: ['重新执行', 'Run again'],
  rerunMany: ['{count} 个任务重新执行', '{count} job(s) run again'],
  rerunNone: ['没有可以重新执行的任务，它们可能正在执行', 'Nothing could be run again; it may be running now'],
  errorOf: ['{task} 的错误', 'Error of {task}'],
  emptyTitle: ['没有放弃的任务', 'Nothing has given up'],
  emptyText: ['后台的工作都已完成，或正在自动重试。', 'All work is done, or being tried again by itself.'],
  emptyWaiting: ['没有等待中的任务', 'Nothing is waiting'],
})

/** Tasks in words; one that is not listed is shown by its name. */
export const taskText = defineMessages('tasks', {
  'notify.sms': ['发送短信', 'Send a text message'],
  'notify.email': ['发送邮件', 'Send mail'],
  'notify.staff_email': ['给员工发邮件', 'Send mail to staff'],
  'notify.event_email': ['发送通知邮件', 'Send a mail about an event'],
  'notify.event_sms': ['发送通知短信', 'Send a text message about an event'],
  'notify.robot': ['群机器人发言', 'Have a robot speak'],
  'notify.webhook': ['投递 Webhook', 'Deliver to a webhook'],
  'notify.tell': ['准备通知', 'Prepare messages'],
  'notify.webhooks': ['准备 Webhook', 'Prepare webhook deliveries'],
  'payments.refund': ['向网关退款', 'Refund at the gateway'],
  'payments.send_refunds': ['提交退款', 'Pass refunds on'],
  'payments.close_unwanted': ['关闭不再需要的支付', 'Close payments no longer wanted'],
  'fulfilment.used_grants': ['同步使用状态', 'Keep used codes in step'],
  'fulfilment.delivery_mail': ['准备发货邮件', 'Prepare delivery mails'],
})
