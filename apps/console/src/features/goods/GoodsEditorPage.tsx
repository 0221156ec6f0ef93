export function GoodsEditorPage() {
  return null
}
