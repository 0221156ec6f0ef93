import { defineMessages } from '../../shared/i18n/index.ts'

export const categoriesText = defineMessages('categories', {
  title: ['分类与标签', 'Categories and tags'],
  categories: ['分类', 'Categories'],
  categoriesHint: [
    '商城首页按分类展示商品，最多两级。顺序就是商城里的顺序。',
    'The shop shows goods by category, two levels at most, in this order.',
  ],
  addCategory: ['新增分类', 'Add a category'],
  addChild: ['新增子分类', 'Add a subcategory'],
  editCategory: ['编辑分类', 'Edit the category'],
  deleteCategory: ['删除分类', 'Delete the category'],
  name: ['名称', 'Name'],
  nameEn: ['英文名称', 'Name in English'],
  nameRequired: ['请填写名称', 'Enter a name'],
  icon: ['图标', 'Mark'],
  iconHint: ['一个表情符号，可不填', 'One emoji, or nothing'],
  parent: ['上级分类', 'Under'],
  top: ['（一级分类）', '(top level)'],
  goodsCount: ['{count} 个商品', '{count} goods'],
  moveUp: ['上移', 'Move up'],
  moveDown: ['下移', 'Move down'],
  noCategories: ['还没有分类', 'No categories yet'],
  noCategoriesText: [
    '商品多起来以后，分类让顾客更快找到。',
    'Once there are many goods, categories help shoppers find them.',
  ],
  tags: ['标签', 'Tags'],
  tagsHint: [
    '自由组合，例如「节日」「程序员礼包」，商城里可按标签筛选。',
    'Free words such as “holiday”; shoppers can filter by them.',
  ],
  addTag: ['新增标签', 'Add a tag'],
  editTag: ['编辑标签', 'Edit the tag'],
  deleteTag: ['删除标签', 'Delete the tag'],
  deleteTagText: ['会从 {count} 个商品上取下。', 'It is taken off {count} goods.'],
  noTags: ['还没有标签', 'No tags yet'],
})
