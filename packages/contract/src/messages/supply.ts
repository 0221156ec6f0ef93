import type { MessageEvent } from './form.ts'
import { amount, askedBy, order, restock, robotsAndInbox, service, staffChannels, usual } from './variables.ts'

/** What is heard of suppliers, of what is bought for the shelf and of a shelf that runs low. */
export const supplyMessages = {
  'supply.account_refused': {
    name: { zh: '充值账号有误，请买家更正', en: 'The buyer is asked for another account' },
    type: 'supply.account_refused',
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'sms', 'wecom_app'],
    on: ['inbox', 'email', 'sms', 'wecom_app'],
    link: '/orders/{order}',
    variables: { ...usual, order, goods: { ...service.goods, name: { zh: '商品', en: 'Goods' } } },
    texts: {
      'zh-CN': {
        subject: '【{shop}】订单 {order} 的充值账号有误',
        body: '{goods} 没有充值成功：您填写的账号不存在或不能充值。没有产生任何充值。\n\n请打开订单更正账号，更正后会立即重新充值；也可以在订单里申请退款。\n\n{link}',
        sms: '您的订单{order}充值账号有误，请打开订单更正：{link}',
      },
      en: {
        subject: '{shop}: the account of order {order} was refused',
        body: '{goods} could not be topped up: the account that you filled in does not exist or cannot be topped up. Nothing was charged to any account.\n\nOpen the order and correct it, and it goes on at once; or ask for your money back there.\n\n{link}',
        sms: 'The account of order {order} was refused; please correct it: {link}',
      },
    },
  },
  'supply.contradicted': {
    name: { zh: '供应商拒绝后又发了货', en: 'A supplier refused, then delivered' },
    type: 'supply.contradicted',
    audience: 'staff',
    permission: 'orders.handle',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/purchases?orderNo={order}',
    variables: { ...usual, order },
    texts: {
      'zh-CN': {
        subject: '订单 {order}：供应商拒绝后又发了货',
        body: '供应商拒绝过订单 {order} 的采购，后来又发了货，成本已入账，买家可能收到两份。还没发出的其他采购已停下，请核对后决定。\n\n{link}',
      },
      en: {
        subject: 'Order {order}: a supplier refused it and delivered after all',
        body: 'A supplier that had refused a purchase of order {order} delivered it after all. Its cost is booked, and the buyer may have it twice. What was not sent yet is not bought; please check and decide.\n\n{link}',
      },
    },
  },
  'supply.stray': {
    name: { zh: '供应商有一笔对不上的订单', en: 'A supplier has an order that nobody here accounts for' },
    type: 'supply.stray',
    audience: 'staff',
    permission: 'orders.handle',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/supplier-strays?state=open&q={ref}',
    variables: {
      ...usual,
      supplier: {
        name: { zh: '供应商', en: 'Supplier' },
        sample: { zh: '云充', en: 'Cloud top-ups' },
        from: 'supplier',
      },
      ref: { name: { zh: '通知里的单号', en: 'Number in its callback' }, sample: 'GGTX72HRT2', from: 'ref' },
      why: {
        name: { zh: '原因', en: 'Why' },
        sample: { zh: '同一单号下有第二笔订单', en: 'it has a second order under one of our numbers' },
        from: 'why',
        words: {
          double: {
            zh: '同一单号下有第二笔订单，可能多扣了款',
            en: 'it has a second order under one of our numbers, and may have charged it twice',
          },
          unknown: { zh: '本店没有下过这笔订单', en: 'nobody here placed it' },
          nowhere: {
            zh: '通知签名正确，供应商却查不到这笔订单',
            en: 'its callback is genuine, and it does not know the order',
          },
          silent: { zh: '供应商没有说明是哪一笔采购', en: 'it does not say which purchase that is' },
          reversed: { zh: '已到货的采购，供应商改称失败', en: 'it arrived, and is called failed now' },
          refused: { zh: '拒绝过的采购，供应商又在处理', en: 'it was refused, and is carried out after all' },
        },
      },
    },
    texts: {
      'zh-CN': {
        subject: '{supplier}：订单 {ref} 对不上',
        body: '{supplier} 通知了订单 {ref}：{why}。没有自动处理，请核对后记录结果。\n\n{link}',
      },
      en: {
        subject: '{supplier}: order {ref} does not fit',
        body: '{supplier} called back about order {ref}: {why}. Nothing was done by itself; please check it and write down the result.\n\n{link}',
      },
    },
  },
  'supply.stray_flood': {
    name: { zh: '供应商成批通知陌生单号', en: 'A supplier floods you with strange numbers' },
    type: 'supply.stray_flood',
    audience: 'staff',
    permission: 'orders.handle',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/supplier-strays?state=open',
    variables: {
      ...usual,
      supplier: {
        name: { zh: '供应商', en: 'Supplier' },
        sample: { zh: '云充', en: 'Cloud top-ups' },
        from: 'supplier',
      },
      ref: { name: { zh: '最近的单号', en: 'Newest number' }, sample: 'GGTX72HRT2', from: 'ref' },
    },
    texts: {
      'zh-CN': {
        subject: '{supplier}：大量通知对不上本店的单',
        body: '{supplier} 短时间内发来许多签名正确、但对不上本店采购的通知，最近一个单号是 {ref}。之后的只计数，不再逐条提醒；本店自己的订单照常处理。请确认是否有别的系统在用同一账号；若没有，请马上更换密钥。\n\n{link}',
      },
      en: {
        subject: '{supplier}: many callbacks name nothing of yours',
        body: 'Within a short time {supplier} sent many genuine callbacks that fit no purchase of yours; the newest names {ref}. Further ones are counted and not told one by one; your own orders go on as usual. See whether another system uses the same account. If none does, change the keys at once.\n\n{link}',
      },
    },
  },
  'stock.low': {
    name: { zh: '库存不足预警', en: 'Low stock' },
    type: 'stock.low',
    audience: 'staff',
    permission: 'stock.read',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/stock?goodsId={goodsId}',
    variables: {
      ...usual,
      goods: {
        name: { zh: '商品', en: 'Goods' },
        sample: { zh: '视频会员 月卡', en: 'Video pass, a month' },
        from: 'title',
      },
      available: { name: { zh: '剩余', en: 'Left' }, sample: '3', from: 'available' },
      threshold: { name: { zh: '预警线', en: 'Alarm at' }, sample: '10', from: 'threshold' },
      goodsId: { name: { zh: '商品编号', en: 'Goods number' }, sample: '12', from: 'goodsId' },
    },
    texts: {
      'zh-CN': {
        subject: '{goods} 只剩 {available} 件',
        body: '{goods} 可售 {available} 件，低于预警线 {threshold}，请及时补货。\n\n{link}',
      },
      en: {
        subject: '{goods}: {available} left',
        body: '{goods} has {available} pieces left, below its alarm of {threshold}.\n\n{link}',
      },
    },
  },
  'supply.price_held': {
    name: { zh: '价格变动待确认', en: 'A price waits to be confirmed' },
    type: 'supply.price_held',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/price-rules?held=true',
    variables: {
      ...usual,
      goods: {
        name: { zh: '商品', en: 'Goods' },
        sample: { zh: '视频会员 月卡', en: 'Video pass, a month' },
        from: 'title',
      },
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      why: {
        name: { zh: '原因', en: 'Why' },
        sample: { zh: '进价变了', en: 'the cost has moved' },
        from: 'cause',
        words: {
          cost: { zh: '进价变了', en: 'the cost has moved' },
          demand: { zh: '近 24 小时销量变了', en: 'what was sold in 24 hours has moved' },
        },
      },
      before: { name: { zh: '现价', en: 'Present price' }, sample: '19.90', from: 'fromFen', as: 'fen' },
      after: { name: { zh: '应调为', en: 'New price' }, sample: '29.90', from: 'toFen', as: 'fen' },
      sale: {
        name: { zh: '销售情况', en: 'On sale?' },
        sample: { zh: '已停止销售', en: 'It is off the shelf meanwhile.' },
        from: 'stopped',
        words: {
          yes: {
            zh: '现价已低于成本底线，暂停销售。',
            en: 'It is off the shelf meanwhile: the present price is below what the cost allows.',
          },
          no: { zh: '仍按现价销售。', en: 'It is sold at the present price meanwhile.' },
        },
      },
    },
    texts: {
      'zh-CN': {
        subject: '{goods} 的价格变动较大，请确认',
        body: '{why}（货源：{supplier}），{goods} 应从 ¥{before} 调为 ¥{after}，超出了自动调价的范围。{sale}\n\n{link}',
      },
      en: {
        subject: '{goods}: the price would jump, please confirm',
        body: '{goods} would go from ¥{before} to ¥{after}, because {why} (source: {supplier}). That is more than may move by itself. {sale}\n\n{link}',
      },
    },
  },
  'restock.proposed': {
    name: { zh: '补货待审批', en: 'A restock waits for approval' },
    type: 'restock.proposed',
    audience: 'staff',
    permission: 'restock.approve',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/restocks/{restock}',
    variables: {
      ...usual,
      ...restock,
      amount: { name: { zh: '金额', en: 'Amount' }, sample: '1980.00', from: 'fen', as: 'fen' },
    },
    texts: {
      'zh-CN': {
        subject: '{goods} 补货 {quantity} 件待审批',
        body: '{goods} 需要补货 {quantity} 件，约 ¥{amount}，超过了自动补货的金额。\n\n{link}',
      },
      en: {
        subject: '{goods}: {quantity} pieces to approve',
        body: '{goods} wants {quantity} pieces for about ¥{amount}, more than may go by itself.\n\n{link}',
      },
    },
  },
  'restock.stopped': {
    name: { zh: '补货未完成', en: 'A restock fell short' },
    type: 'restock.stopped',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/restocks/{restock}',
    variables: {
      ...usual,
      ...restock,
      filled: { name: { zh: '已到件数', en: 'Arrived' }, sample: '20', from: 'filled' },
      reason: {
        name: { zh: '原因', en: 'Reason' },
        sample: { zh: '没有可用的货源', en: 'no source may be used' },
        from: 'reason',
        words: {
          no_source: { zh: '没有可用的货源', en: 'no source may be used' },
          loss_guard: { zh: '进价高于允许的价格', en: 'it costs more than is allowed' },
          budget_short: { zh: '本月预算不足', en: 'the budget of this month is used up' },
          bad_card: { zh: '收到不能入库的卡密', en: 'codes came that cannot be sold' },
          supply_unknown: { zh: '供应商迟迟没有结果', en: 'the supplier does not say what became of it' },
          contradicted: { zh: '供应商拒绝后又发了货', en: 'the supplier refused and delivered after all' },
        },
      },
    },
    texts: {
      'zh-CN': {
        subject: '{goods} 补货未完成：{reason}',
        body: '{goods} 计划补货 {quantity} 件，已到 {filled} 件：{reason}。\n\n{link}',
      },
      en: {
        subject: '{goods} was not filled up: {reason}',
        body: 'Of {quantity} pieces of {goods} {filled} have arrived: {reason}.\n\n{link}',
      },
    },
  },
  'supply.balance_low': {
    name: { zh: '供应商余额不足', en: 'A supplier’s balance is low' },
    type: 'supply.balance_low',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/suppliers',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      left: { name: { zh: '余额', en: 'Left' }, sample: '120.00', from: 'leftFen', as: 'fen' },
      alarm: { name: { zh: '预警线', en: 'Alarm' }, sample: '500.00', from: 'alarmFen', as: 'fen' },
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 的余额只剩 ¥{left}',
        body: '{supplier} 的预存款只剩 ¥{left}，低于预警线 ¥{alarm}。用完后采购会被拒绝，请尽快充值。\n\n{link}',
      },
      en: {
        subject: '{supplier}: ¥{left} left',
        body: 'What was paid ahead at {supplier} is down to ¥{left}, below ¥{alarm}. When it is used up, purchases are refused.\n\n{link}',
      },
    },
  },
  'supply.money_awaiting': {
    name: { zh: '供应商资金待审批', en: 'Money at a supplier awaits approval' },
    type: 'supply.money_awaiting',
    audience: 'staff',
    permission: 'payments.approve',
    notTo: 'byId',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/suppliers/{supplierNo}?tab=money',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      supplierNo: { name: { zh: '供应商编号', en: 'Supplier’s number' }, sample: '3', from: 'supplierId' },
      kind: {
        name: { zh: '类型', en: 'Kind' },
        sample: { zh: '预存款', en: 'deposit' },
        from: 'kind',
        words: {
          deposit: { zh: '预存款', en: 'deposit' },
          withdrawal: { zh: '提回', en: 'withdrawal' },
          credit: { zh: '认账', en: 'credit' },
        },
      },
      amount,
      by: askedBy,
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 的{kind} ¥{amount} 待审批',
        body: '{by} 登记了 {supplier} 的{kind} ¥{amount}，超过了一个人可以记账的上限。批准之前不入账。\n\n{link}',
      },
      en: {
        subject: '{supplier}: a {kind} of ¥{amount} awaits approval',
        body: '{by} recorded a {kind} of ¥{amount} at {supplier}, more than one person may book. Nothing is booked until a second person agrees.\n\n{link}',
      },
    },
  },
  'recovery.awaiting': {
    name: { zh: '追偿认账待复核', en: 'A supplier’s credit awaits approval' },
    type: 'recovery.awaiting',
    audience: 'staff',
    permission: 'suppliers.manage',
    notTo: 'byId',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/recoveries?state=awaiting',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      recovery: { name: { zh: '追偿编号', en: 'Claim' }, sample: '8', from: 'recoveryId' },
      amount,
      by: askedBy,
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 认账 ¥{amount} 待复核',
        body: '{by} 登记 {supplier} 对追偿 R{recovery} 认账 ¥{amount}，超过了一个人可以记账的上限。请另一位同事核对后同意或退回。\n\n{link}',
      },
      en: {
        subject: '{supplier}: a credit of ¥{amount} awaits approval',
        body: '{by} says that {supplier} credits ¥{amount} for claim R{recovery}, more than one person may book. A second person agrees or sends it back.\n\n{link}',
      },
    },
  },
  'supply.cost_asked': {
    name: { zh: '供应商调价待确认', en: 'A supplier asks for another price' },
    type: 'supply.cost_asked',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/supplier-prices',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      product: {
        name: { zh: '供应商商品', en: 'Its product' },
        sample: { zh: '月卡', en: 'Pass, a month' },
        from: 'title',
      },
      before: { name: { zh: '原价', en: 'Present price' }, sample: '10.00', from: 'fromFen', as: 'fen' },
      after: { name: { zh: '新价', en: 'New price' }, sample: '12.00', from: 'toFen', as: 'fen' },
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 申请调价：{product}',
        body: '{supplier} 想把 {product} 从 ¥{before} 调为 ¥{after}，超过了可自行调整的幅度。确认前仍按原价采购。\n\n{link}',
      },
      en: {
        subject: '{supplier} asks for another price: {product}',
        body: '{supplier} would move {product} from ¥{before} to ¥{after}, more than it may move alone. Until somebody agrees it is bought at the old price.\n\n{link}',
      },
    },
  },
  'supply.list_late': {
    name: { zh: '供应商的表没有按时来', en: 'A supplier’s list stays away' },
    type: 'supply.list_late',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/suppliers/{number}/inbox',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      number: { name: { zh: '供应商编号', en: 'Supplier’s number' }, sample: '7', from: 'supplierId' },
      every: { name: { zh: '约定间隔（小时）', en: 'Promised every (hours)' }, sample: '24', from: 'everyHours' },
      hours: { name: { zh: '已有几小时没来', en: 'Hours without one' }, sample: '30', from: 'hours' },
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 的库存价格表没有按时来',
        body: '{supplier} 约定每 {every} 小时发一次库存价格表，已经 {hours} 小时没有收到。价格和库存可能已经过时，请联系对方。\n\n{link}',
      },
      en: {
        subject: 'The list of {supplier} stays away',
        body: '{supplier} promised a list of stock and price every {every} hours, and none came for {hours}. Prices and stock may be out of date; get in touch with them.\n\n{link}',
      },
    },
  },
  'supply.list_refused': {
    name: { zh: '供应商的表没有收下', en: 'A supplier’s list was refused' },
    type: 'supply.list_refused',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/suppliers/{number}/inbox',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      number: { name: { zh: '供应商编号', en: 'Supplier’s number' }, sample: '7', from: 'supplierId' },
      file: { name: { zh: '文件', en: 'File' }, sample: { zh: '库存.xlsx', en: 'stock.xlsx' }, from: 'title' },
    },
    texts: {
      'zh-CN': {
        subject: '没有收下 {supplier} 发来的 {file}',
        body: '{supplier} 发来的 {file} 不能读取，价格和库存没有更新。原因在收件记录里。\n\n{link}',
      },
      en: {
        subject: '{file} of {supplier} was refused',
        body: '{file} that {supplier} sent cannot be read; prices and stock stay as they were. Why is in the list of what came.\n\n{link}',
      },
    },
  },
  'supply.offered': {
    name: { zh: '供应商提交待处理', en: 'A supplier sent something to look at' },
    type: 'supply.offered',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/suppliers/{number}/{page}',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      number: { name: { zh: '供应商编号', en: 'Supplier’s number' }, sample: '7', from: 'supplierId' },
      page: { name: { zh: '页面', en: 'Page' }, sample: 'inbox', from: 'page' },
      what: {
        name: { zh: '内容', en: 'What' },
        sample: { zh: '库存价格表', en: 'a list of stock and price' },
        from: 'what',
        words: {
          list: { zh: '库存价格表', en: 'a list of stock and price' },
          codes: { zh: '卡密', en: 'codes' },
          paper: { zh: '合同或资质文件', en: 'a paper' },
        },
      },
      file: { name: { zh: '名称', en: 'Name' }, sample: { zh: '库存.xlsx', en: 'stock.xlsx' }, from: 'title' },
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 提交了{what}，等您处理',
        body: '{supplier} 提交了{what}：{file}。处理之前不会生效。\n\n{link}',
      },
      en: {
        subject: '{supplier} sent {what} that waits for you',
        body: '{supplier} sent {what}: {file}. Nothing of it holds before somebody agrees.\n\n{link}',
      },
    },
  },
  'supply.paper_ending': {
    name: { zh: '供应商文件到期', en: 'A supplier’s paper ends' },
    type: 'supply.paper_ending',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/suppliers/{number}/papers',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      number: { name: { zh: '供应商编号', en: 'Supplier’s number' }, sample: '7', from: 'supplierId' },
      paper: { name: { zh: '文件', en: 'Paper' }, sample: { zh: '营业执照', en: 'Licence' }, from: 'title' },
      until: { name: { zh: '到期日', en: 'Last day' }, sample: '2026-12-22', from: 'validTo' },
      state: {
        name: { zh: '情况', en: 'How it stands' },
        sample: { zh: '即将到期', en: 'It ends soon' },
        from: 'what',
        words: {
          soon: { zh: '即将到期', en: 'It ends soon' },
          over: { zh: '已到期', en: 'It has ended' },
          stopped: { zh: '已到期，已停止向其采购', en: 'It has ended, and nothing more is bought there' },
        },
      },
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 的 {paper}：{state}',
        body: '{supplier} 的 {paper} 有效期到 {until}。{state}。请让对方提交新的文件。\n\n{link}',
      },
      en: {
        subject: '{paper} of {supplier}: {state}',
        body: '{paper} of {supplier} holds until {until}. {state}. Ask them for a new one.\n\n{link}',
      },
    },
  },
} as const satisfies Readonly<Record<string, MessageEvent>>
