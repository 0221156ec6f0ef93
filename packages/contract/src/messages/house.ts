import type { MessageEvent } from './form.ts'
import { gateway, robotsAndInbox, staffChannels, usual } from './variables.ts'

/** What is heard of the books, of bills and of webhooks. */
export const houseMessages = {
  'books.alarm': {
    name: { zh: '账目核对发现问题', en: 'The books have violations' },
    type: 'books.alarm',
    audience: 'staff',
    permission: 'books.audit',
    urgent: true,
    // Owners are written to by the audit itself, whatever is chosen here.
    channels: robotsAndInbox,
    on: robotsAndInbox,
    link: '/books',
    variables: {
      ...usual,
      count: { name: { zh: '问题数', en: 'Violations' }, sample: '2', from: 'open' },
    },
    texts: {
      'zh-CN': { subject: '账目核对发现 {count} 处问题', body: '请负责人尽快查看账目核对结果。\n\n{link}' },
      en: { subject: 'The audit of the books found {count} violations', body: 'Please look at them soon.\n\n{link}' },
    },
  },
  'reconciliation.differing': {
    name: { zh: '对账有差异', en: 'Reconciliation differences' },
    type: 'reconciliation.differing',
    audience: 'staff',
    permission: 'finance.reconcile',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/reconciliation/{gateway}/{day}',
    variables: {
      ...usual,
      gateway,
      day: { name: { zh: '账期', en: 'Day' }, sample: '2026-11-21', from: 'day' },
      count: { name: { zh: '差异数', en: 'Differences' }, sample: '3', from: 'open' },
    },
    texts: {
      'zh-CN': {
        subject: '{gateway} {day} 对账有 {count} 处差异',
        body: '账单与账目不一致，请财务核实处理。\n\n{link}',
      },
      en: {
        subject: '{gateway}, {day}: {count} differences',
        body: 'The bill and the books do not agree; please work them off.\n\n{link}',
      },
    },
  },
  'webhook.disabled': {
    name: { zh: 'Webhook 已停用', en: 'Webhook switched off' },
    type: 'webhook.disabled',
    audience: 'staff',
    permission: 'settings.manage',
    urgent: false,
    channels: staffChannels,
    on: ['inbox', 'email'],
    link: '/settings?tab=messages&part=webhooks',
    variables: {
      ...usual,
      url: { name: { zh: '地址', en: 'Address' }, sample: 'https://erp.example/hook', from: 'url' },
      reason: {
        name: { zh: '原因', en: 'Reason' },
        sample: { zh: '接收方回答 410', en: 'the receiver answered 410' },
        from: 'reason',
        words: {
          gone: { zh: '接收方回答 410（不再接收）', en: 'the receiver answered 410 (gone)' },
          failing: { zh: '连续多日投递失败', en: 'every delivery has failed for days' },
        },
      },
    },
    texts: {
      'zh-CN': {
        subject: 'Webhook 已停用',
        body: '{url} 已停止推送：{reason}。修复后可在通知设置里重新启用并补发。\n\n{link}',
      },
      en: {
        subject: 'A webhook was switched off',
        body: 'Nothing is sent to {url} any more: {reason}. When it works again, switch it on and replay.\n\n{link}',
      },
    },
  },
} as const satisfies Readonly<Record<string, MessageEvent>>
