import { AppstoreOutlined, TagsOutlined } from '@ant-design/icons'
import type { ScreenGroup } from './screen.ts'

/** What the shop sells. */
export const goods: ScreenGroup = {
  text: 'groupGoods',
  screens: [
    {
      path: '/goods',
      text: 'goods',
      permission: 'goods.read',
      icon: <AppstoreOutlined />,
      load: async () => (await import('../../features/goods/GoodsListPage.tsx')).GoodsListPage,
    },
    {
      path: '/goods/new',
      text: 'goodsNew',
      permission: 'goods.write',
      under: '/goods',
      load: async () => (await import('../../features/goods/GoodsEditorPage.tsx')).GoodsEditorPage,
    },
    {
      path: '/goods/:id',
      text: 'goodsEdit',
      permission: 'goods.read',
      under: '/goods',
      load: async () => (await import('../../features/goods/GoodsEditorPage.tsx')).GoodsEditorPage,
    },
    {
      path: '/categories',
      text: 'categories',
      permission: 'goods.read',
      icon: <TagsOutlined />,
      load: async () => (await import('../../features/categories/CategoriesPage.tsx')).CategoriesPage,
    },
  ],
}
