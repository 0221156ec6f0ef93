import { defineMessages } from '../../shared/i18n/index.ts'

/** Words about who may deliver a SKU, and how one of them is chosen. */
export const sourceText = defineMessages('sources', {
  priceRule: ['跟价规则', 'Price rule'],
  title: ['货源', 'Sources'],
  titleOf: ['{goods} / {sku} 的货源', 'Sources of {goods} / {sku}'],
  price: ['售价', 'Price'],
  goods: ['商品', 'Goods'],
  readOnly: ['您可以查看，但没有管理货源的权限。', 'You can look, but not change sources.'],

  whoseCodes: ['卡密从哪里来', 'Whose codes are sold'],
  ownPieces: ['自有可售 {count}', '{count} of our own'],
  source_own: ['只用自有库存', 'Ours only'],
  source_ownText: [
    '只卖导入或自制的卡密，卖完就缺货。',
    'Codes that were imported or made here; when they are gone it is sold out.',
  ],
  source_own_first: ['自有优先，不够再买', 'Ours first'],
  source_own_firstText: [
    '库存够就发库存；一行订单库存不够发全时，付款后整行向供应商买。',
    'From stock while it lasts; a line that stock cannot fill whole is bought from a supplier once it is paid.',
  ],
  source_supplier_first: ['供应商优先，库存兜底', 'Suppliers first'],
  source_supplier_firstText: [
    '付款后先向供应商买；被拒绝或没有货源可用时发自有库存。',
    'Bought once it is paid; when a supplier refuses or none can deliver, ours are sold.',
  ],
  whoseCodesText: [
    '买来的卡密加密后入库，记在这家供应商的批次下；与库里重复或无法使用的不会发给顾客，由您在异常里决定。',
    'Codes that are bought are sealed and kept in a batch of that supplier. One that you have had before, or that cannot be used, is not handed out: you decide at the exceptions.',
  ],
  nobodyToAsk: ['还没有启用的货源，只能卖自有库存。', 'No source is in use, so only codes of our own can be sold.'],

  policy: ['怎么选货源', 'How a source is chosen'],
  cheapest: ['最便宜优先', 'Cheapest'],
  cheapestText: [
    '进价最低的先买；一样便宜时看成功率。',
    'The lowest cost first; at the same cost, the one that succeeds more often.',
  ],
  fastest: ['最快优先', 'Fastest'],
  fastestText: [
    '近 7 天到账最快的先买，适合急用的商品。',
    'The one whose purchases arrived soonest in the last 7 days.',
  ],
  reliable: ['最稳优先', 'Most reliable'],
  reliableText: ['近 7 天成功率最高的先买，少让顾客等。', 'The one that succeeded most often in the last 7 days.'],
  weighted: ['按比例分', 'By share'],
  weightedText: [
    '按每个货源的权重随机分配，适合要给几家都留量的合同。',
    'By chance, in the proportion of each source’s weight; for contracts that ask for volume.',
  ],
  fixed: ['按顺序', 'In order'],
  fixedText: [
    '永远先用排在最前的，它不行才用下一家。',
    'Always the first in the list, and the next one only when it cannot.',
  ],
  whichever: [
    '无论哪种方式：没库存、已熔断、余额不够、低于保本线的会跳过；被明确拒绝后自动换下一家。',
    'Whichever it is: those without stock, tripped, short of balance or beyond the margin are passed over, and after a definite refusal the next one is asked.',
  ],

  guard: ['亏本保护', 'Loss guard'],
  guardText: ['每件至少要赚', 'Left of each piece, at least'],
  guardHint: [
    '进价高于「售价 − 这个数」的货源不会被采购',
    'A source that costs more than the price less this is not bought',
  ],
  guardOff: ['保护已关闭：进价再高也会采购，可能亏本。', 'The guard is off: it is bought at any cost, also at a loss.'],
  guardLoss: ['每件最多允许亏 {amount}。', 'Each piece may lose up to {amount}.'],
  guardBeyond: [
    '没有一个货源的利润达到 {amount}，付款后会进入异常处理。',
    'No source leaves {amount}; paid orders would wait at the exceptions.',
  ],

  sources: ['货源', 'Sources'],
  add: ['添加货源', 'Add a source'],
  addPlaceholder: ['搜索供应商的直充商品', 'Search the suppliers’ top-ups'],
  adding: ['正在向供应商询问下单模板…', 'Asking the supplier what its buyer fills in…'],
  addedTwice: ['「{name}」已在列表里', '“{name}” is in the list already'],
  addCardPlaceholder: ['搜索供应商的卡密或链接商品', 'Search the suppliers’ codes and links'],
  notDirect: ['「{name}」不是直充商品', '“{name}” is not a top-up'],
  notCard: ['「{name}」是直充商品，不发卡密', '“{name}” is a top-up and hands over no codes'],
  askFailed: [
    '没问到「{name}」需要什么信息，可以在列表里再问一次',
    'What “{name}” asks for is not known; ask once more in the list',
  ],
  emptyTitle: ['还没有货源', 'No sources yet'],
  emptyText: [
    '没有货源的直充规格显示为缺货。从供应商的商品里选一个，顾客付款后就由它发货。',
    'A top-up variant without a source is out of stock. Choose a supplier’s product, and it delivers what is paid.',
  ],
  emptyCardText: [
    '从供应商的卡密商品里选一个，顾客付款后就向它买，到货立即发给顾客。',
    'Choose a supplier’s product that hands over codes: it is bought once it is paid for, and handed on at once.',
  ],
  browse: ['去比价', 'Compare prices'],
  first: ['首选', 'First'],
  enabled: ['启用', 'In use'],
  moveUp: ['上移', 'Move up'],
  moveDown: ['下移', 'Move down'],
  remove: ['移除', 'Remove'],
  cost: ['进价', 'Cost'],
  margin: ['毛利', 'Margin'],
  weight: ['权重', 'Weight'],
  share: ['约 {percent}%', 'about {percent}%'],
  stock: ['库存', 'Stock'],
  stockNotTold: ['未告知', 'not told'],
  offShelf: ['供应商已下架', 'Off the supplier’s shelf'],
  fresh: ['未保存', 'Not saved'],
  noQuality: ['暂无采购记录', 'Nothing bought yet'],
  quality: ['成功 {percent}%，{p50}', '{percent}% succeed, {p50}'],
  otherCurrency: ['以 {currency} 计价，不会被采购', 'Priced in {currency}; it is not bought'],

  mapping: ['充值信息从哪里来', 'Where the account comes from'],
  noFields: ['不需要顾客填写信息', 'It asks the buyer for nothing'],
  fieldsUnknown: [
    '还不知道它需要顾客填什么，缺了信息会被拒绝。',
    'What it asks the buyer for is not known yet; without it orders are refused.',
  ],
  askFields: ['向供应商询问', 'Ask the supplier'],
  supplierField: ['供应商要', 'The supplier asks for'],
  buyerField: ['选择下单表单里的一项', 'A field of the buyer’s form'],
  optional: ['选填', 'optional'],
  mapMissing: ['还没有对应：顾客付款后会因缺少信息而发不了货', 'Nothing fills it: paid orders could not be delivered'],
  mapNone: ['不填', 'Leave out'],
  formLacks: ['商品的下单表单里还没有：{fields}', 'The buyer’s form does not ask for: {fields}'],
  takeForm: ['采用供应商的下单模板', 'Take the supplier’s form'],
  takeFormText: [
    '顾客下单时会被要求填写；会立即保存到商品。账号类信息要求输入两次。',
    'Buyers are asked for them when ordering; the goods are saved at once. Accounts are typed twice.',
  ],
  takeFormFull: ['下单表单最多 10 项，放不下了', 'A form has at most 10 fields; there is no room'],
  taken: ['已加入下单表单', 'Put into the buyer’s form'],
  needGoodsWrite: ['需要编辑商品的权限', 'You need the right to edit goods'],

  preview: ['现在会选谁', 'Who would be chosen now'],
  previewText: ['若此刻有一单付款。每 10 秒更新。', 'If an order were paid this moment. Refreshed every 10 seconds.'],
  previewStale: [
    '以上是已保存的设置；保存后按新的重新计算。',
    'This is by the saved settings; save to see it by yours.',
  ],
  previewNone: [
    '没有货源可用：付款后会进入异常处理，等您处理或退款。',
    'No source can deliver: paid orders wait at the exceptions for you.',
  ],
  previewEmpty: [
    '添加并保存货源后，这里会说明会选谁、为什么。',
    'Add sources and save; then it says here who is chosen, and why.',
  ],
  chosen: ['会选它', 'Chosen'],
  nth: ['第 {place} 顺位', 'No. {place}'],
  score: ['得分 {score}', 'score {score}'],
})
