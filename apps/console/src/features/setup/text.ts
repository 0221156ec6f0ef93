import { defineMessages } from '../../shared/i18n/index.ts'

export const setupText = defineMessages('setup', {
  title: ['开店指引', 'Set-up guide'],
  hint: ['按顺序完成，几分钟就能卖出第一单。', 'In this order, the first sale is minutes away.'],
  progress: ['已完成 {done} / {total}', '{done} of {total} done'],
  allDone: ['全部完成，可以开始营业了', 'All done; open for business'],
  allDoneHint: ['以后可以在设置里修改这些内容。', 'All of it can be changed in the settings.'],
  next: ['下一步', 'Next'],
  dismiss: ['不再提示', 'Put the guide away'],
  dismissed: ['指引已收起，可随时从菜单打开', 'Put away; it stays in the menu'],
  shop: ['填写店铺信息', 'Say whose shop it is'],
  shopText: [
    '店名、标志、公告和客服联系方式，会显示在商城的每一页。',
    'Name, logo, announcement and contact stand on every page of the shop.',
  ],
  shopGo: ['去设置', 'Open settings'],
  twoFactor: ['保护您的账号', 'Protect your account'],
  twoFactorText: [
    '开启两步验证，卡密和钱都在这个账号后面。',
    'Turn on two-factor: the codes and the money are behind this account.',
  ],
  twoFactorGo: ['去开启', 'Turn it on'],
  gateway: ['接通收款', 'Get paid'],
  gatewayText: [
    '填写支付网关的商户号和密钥，并测试连接。',
    'Enter merchant number and secret of a gateway, and test the connection.',
  ],
  gatewayGo: ['设置收款', 'Set up payment'],
  goods: ['上架第一个商品', 'Put the first goods on the shelf'],
  goodsText: ['起个名字，传一张图，定个价格。', 'A name, a picture, a price.'],
  goodsGo: ['新增商品', 'New goods'],
  stock: ['导入卡密', 'Import codes'],
  stockText: [
    '粘贴或上传 txt、csv、xlsx，读到的那一刻就加密。',
    'Paste them or upload txt, csv or xlsx; they are encrypted as they are read.',
  ],
  stockGo: ['去导入', 'Import'],
  testOrder: ['自己下一单', 'Place an order yourself'],
  testOrderText: ['像顾客一样走一遍：下单、付款、看到卡密。', 'Walk the way of a shopper: order, pay, see the code.'],
  testOrderGo: ['打开商城', 'Open the shop'],
  staff: ['邀请同事', 'Bring in colleagues'],
  staffText: [
    '给运营、客服、财务各自的账号和权限，操作可追溯。',
    'Give each their own account and rights; whatever they do can be traced.',
  ],
  staffGo: ['添加员工', 'Add staff'],
})
