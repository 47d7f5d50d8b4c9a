/**
 * Node writes its warnings to the terminal at once; on the console's screen they would push every row up. Holds them
 * back until the returned function is called, which gives each of them once.
 */
export function holdWarnings(): () => readonly string[] {
  const usual = process.listeners('warning');
  const held = new Set<string>();
  const hold = ({ name, message }: Error) => void held.add(`${name}: ${message}`);
  process.removeAllListeners('warning');
  process.on('warning', hold);
  return () => {
    process.off('warning', hold);
    for (const each of usual) process.on('warning', each);
    return [...held];
  };
}
