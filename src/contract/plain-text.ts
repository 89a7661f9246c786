/** What would do something to a terminal or to the direction of text: C0, C1, line separators, bidirectional controls. */
const controls = '\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069'

/** One line that does nothing but be read. */
export const plainPattern = new RegExp(`^[^${controls}]*$`)

const anyControl = new RegExp(`[${controls}]`, 'g')

/** The same text with a sign in the place of each control. */
export const madePlain = (text: string): string => text.replace(anyControl, '\ufffd')
