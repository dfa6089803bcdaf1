// Code blocks: a button that copies, and one that wraps lines where a block is wider than the page.

/**
 * The code of a block. Of a terminal session it is the commands, without prompts and output. Line numbers are not in the text.
 *
 * @param {Element} block
 */
const codeOf = (block) => {
  const text = block.textContent ?? ''
  if (!block.querySelector('.language-console')) return text
  const commands = text.split('\n').filter((line) => /^[$#>] /.test(line))
  return commands.length ? commands.map((line) => line.slice(2)).join('\n') : text
}

/**
 * Copies a text. Without TLS there is no `navigator.clipboard`, but there is the command that every browser had before.
 *
 * @param {string} text
 */
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    /** @param {ClipboardEvent} event */
    const fill = (event) => {
      event.clipboardData?.setData('text/plain', text)
      event.preventDefault()
    }
    addEventListener('copy', fill)
    const copied = document.execCommand('copy')
    removeEventListener('copy', fill)
    return copied
  }
}

for (const figure of document.querySelectorAll('.code')) {
  const block = figure.querySelector('pre')
  if (!block) continue

  const copier = make('button', { type: 'button' }, 'Copy')
  copier.onclick = async () => {
    const outcome = (await copy(codeOf(block))) ? 'Copied' : 'Not copied'
    copier.textContent = outcome
    announce(outcome)
    setTimeout(() => {
      copier.textContent = 'Copy'
      announce('')
    }, 2000)
  }

  const wrapper = make('button', { type: 'button', hidden: true, ariaPressed: 'false' }, 'Wrap')
  wrapper.onclick = () => {
    wrapper.ariaPressed = String(block.classList.toggle('wrap'))
  }
  new ResizeObserver(() => {
    wrapper.hidden = block.scrollWidth <= block.clientWidth && wrapper.ariaPressed === 'false'
  }).observe(block)

  figure.append(make('div', { className: 'tools' }, wrapper, copier))
}
