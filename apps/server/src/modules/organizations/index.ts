export { layMerchantNode } from './commands/lay-merchant-node.ts'
