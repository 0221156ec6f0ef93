import { defineErrors } from './define.ts'

export const stockErrors = defineErrors('stock', {
  channelTaken: {
    status: 409,
    zh: '渠道代码「{channel}」已被使用，请换一个',
    en: 'The channel code “{channel}” is taken; choose another',
  },
  warehouseClosed: {
    status: 409,
    zh: '「{name}」已停用，不能调入；请先启用',
    en: '“{name}” is closed and takes nothing in; open it first',
  },
  warehouseOpen: { status: 409, zh: '「{name}」正在使用中', en: '“{name}” is open' },
  notEnoughFree: {
    status: 409,
    zh: '「{title}」要调 {wanted} 件，该仓可调的只有 {free} 件（占用中的不能调）。请减少数量，或等占用释放',
    en: '{wanted} of “{title}” were to be moved and {free} are free there (what is held stays). Move fewer, or wait for holds to end',
  },
  piecesBound: {
    status: 409,
    zh: '「{title}」要调 {wanted} 件，能去目标仓的只有 {free} 件：其余是渠道专用批次或已停售的批次',
    en: '{wanted} of “{title}” were to be moved and only {free} may go there: the others are of batches for named channels, or stopped ones',
  },
  nothingToReturn: {
    status: 409,
    zh: '没有可退回总仓的卡密：都在占用中，或属于渠道专用批次',
    en: 'Nothing can go back to the total warehouse: all is held, or of batches for named channels',
  },
  undoneAlready: { status: 409, zh: '这笔调拨已经撤销过了', en: 'This move has been undone already' },
  notUndoable: {
    status: 409,
    zh: '入库和撤销本身不能撤销；请新建一笔反方向的调拨',
    en: 'Imports and undoings cannot be undone; make a move the other way',
  },
  sameWarehouse: { status: 422, zh: '调出与调入不能是同一个仓', en: 'A move needs two different warehouses' },
  ruleReversed: {
    status: 422,
    zh: '补到的数量不能小于补货线；两个要么都填，要么都空',
    en: 'The target may not be below the least; give both or neither',
  },
  unknownChannel: {
    status: 422,
    zh: '渠道「{channel}」没有启用的渠道仓，请先为它建仓',
    en: 'Channel “{channel}” has no open warehouse; open one for it first',
  },
  channelPiecesElsewhere: {
    status: 409,
    zh: '该批次有 {count} 件放在这些渠道以外的仓里，请先调走再改为渠道专用',
    en: '{count} of this batch lie outside these channels’ warehouses; move them first, then name the channels',
  },
})
