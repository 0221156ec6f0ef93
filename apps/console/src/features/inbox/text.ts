import { defineMessages } from '../../shared/i18n/index.ts'

export const inboxText = defineMessages('inbox', {
  title: ['站内信', 'Inbox'],
  hint: ['与您的权限有关、需要您知道的事情。', 'What you should know, by what you may do.'],
  all: ['全部', 'All'],
  unread: ['未读', 'Unread'],
  urgent: ['紧急', 'Urgent'],
  open: ['去处理', 'See to it'],
  readAll: ['全部标为已读', 'Mark all as read'],
  emptyTitle: ['没有消息', 'No messages'],
  emptyUnread: ['没有未读消息', 'Nothing unread'],
  emptyText: [
    '发货异常、库存不足、待审批退款等会出现在这里。',
    'Failed deliveries, low stock and refunds to approve will show here.',
  ],
  total: ['共 {total} 条', '{total} in total'],
})
