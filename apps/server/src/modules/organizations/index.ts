export { addNode } from './commands/add-node.ts'
export { layMerchantNode } from './commands/lay-merchant-node.ts'
