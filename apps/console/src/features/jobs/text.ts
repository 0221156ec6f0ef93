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
  rerunAll: ['全部重新执行', 'Run all again'],
  rerunAllText: [
    '所有已放弃的任务，以及没能处理的事件，按先后顺序重新执行一次；已经发过的通知不会再发。',
    'Everything that has given up runs once more, and every event that could not be handled, in their order. What was told before is not told twice.',
  ],
  rerunFailed: [
    '{count} 个事件仍然失败，留在列表里；查看错误，排除原因后再试',
    '{count} event(s) failed again and stay in the list; see the error and try again when its cause is gone',
  ],
  rerunMany: ['{count} 个任务重新执行', '{count} job(s) run again'],
  rerunNone: ['没有可以重新执行的任务，它们可能正在执行', 'Nothing could be run again; it may be running now'],
  errorOf: ['{task} 的错误', 'Error of {task}'],
  emptyTitle: ['没有放弃的任务', 'Nothing has given up'],
  emptyText: ['后台的工作都已完成，或正在自动重试。', 'All work is done, or being tried again by itself.'],
  emptyWaiting: ['没有等待中的任务', 'Nothing is waiting'],
})
