import type { Permission } from '@quanshu/contract'
import { defineMessages } from './index.ts'

/** What each permission lets a person do, for the role editor and for buttons that say why they are grey. */
export const permissionText = defineMessages('permissions', {
  'board.read': ['查看看板', 'See the board'],
  'goods.read': ['查看商品', 'See goods'],
  'goods.write': ['编辑商品', 'Edit goods'],
  'stock.read': ['查看库存', 'See stock'],
  'suppliers.read': ['查看供应商与采购', 'See suppliers and purchases'],
  'suppliers.manage': ['管理供应商与货源', 'Manage suppliers and sources'],
  'cards.import': ['导入卡密', 'Import codes'],
  'cards.reveal': ['查看卡密原文', 'Reveal codes'],
  'cards.manage': ['管理卡密与批次', 'Manage codes and batches'],
  'orders.read': ['查看订单', 'See orders'],
  'orders.handle': ['处理订单', 'Handle orders'],
  'orders.refund': ['退款', 'Refund'],
  'refunds.approve': ['审批退款、人工了结退款', 'Approve refunds and settle them by hand'],
  'payments.approve': ['复核补单', 'Agree to claimed payments'],
  'members.read': ['查看会员', 'See members'],
  'members.manage': ['管理会员', 'Manage members'],
  'finance.read': ['查看资金', 'See money'],
  'finance.adjust': ['调整余额', 'Adjust balances'],
  'reports.read': ['查看报表', 'See reports'],
  'finance.reconcile': ['对账与关账', 'Reconcile and close days'],
  'staff.read': ['查看员工与角色', 'See staff and roles'],
  'staff.manage': ['管理员工与角色', 'Manage staff and roles'],
  'audit.read': ['查看审计日志', 'See the audit log'],
  'books.audit': ['核对账目', 'Audit the books'],
  'jobs.read': ['查看后台任务', 'See jobs'],
  'jobs.manage': ['重跑后台任务', 'Run jobs again'],
  'settings.read': ['查看设置', 'See settings'],
  'settings.manage': ['修改设置', 'Change settings'],
} satisfies Record<Permission, readonly [string, string]>)
