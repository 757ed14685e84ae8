import { command } from '../src/command.ts'
import { checkInBy } from '../src/meetups/day.ts'
import { text } from '../src/option.ts'

export default command({
  name: 'check-in',
  description: 'Say that you are there',
  permission: 'guest',
  options: { code: text('The code that stands where you meet', { max: 20 }) },
  form: ['code'],
  run: (context, { code }) => checkInBy(context, code),
})
