import type { Bridge, ClusterOptions, ResourceMapping } from '../../domain/cluster.ts';
import { parseProperty, propertyValue } from '../../domain/guest-config.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { asRow, flag, type Row, rowsOf, text, told, words } from '../decode.ts';

/** GET /cluster/options. `tag-style` is an object, and a property string in the file it comes from; both are read. */
export function decodeClusterOptions(row: Row): ClusterOptions {
  const style = row['tag-style'];
  const map =
    typeof style === 'string'
      ? propertyValue(parseProperty(style), 'color-map')
      : asRow(style)?.['color-map'];
  const registered = row['registered-tags'];
  return {
    tagColours: decodeColours(typeof map === 'string' ? map : ''),
    registeredTags: Array.isArray(registered)
      ? registered.flatMap((tag) => text(tag) ?? [])
      : (words(registered) ?? []),
  };
}

/** `prod:2980b9;critical:c0392b:ffffff`: background, then the colour of the text where one is set. */
function decodeColours(map: string): ClusterOptions['tagColours'] {
  const colours: Record<string, { background: SafeText; text?: SafeText }> = {};
  for (const entry of map.split(';')) {
    const match = /^([^:]+):([0-9a-f]{6})(?::([0-9a-f]{6}))?$/i.exec(entry.trim());
    if (!match) continue;
    const [, tag, background, front] = match;
    colours[sanitise(tag)] = told({
      background: say`#${sanitise(background)}`,
      text: front === undefined ? undefined : say`#${sanitise(front)}`,
    });
  }
  return colours;
}

/** GET /nodes/{node}/network?type=any_bridge */
export function decodeBridges(data: readonly unknown[]): Bridge[] {
  return rowsOf(data).flatMap((row) => {
    const iface = text(row.iface);
    if (iface === undefined) return [];
    const comment = typeof row.comments === 'string' ? row.comments.trim() : row.alias;
    return [
      told<Bridge>({ iface, comment: text(comment), vlanAware: flag(row.bridge_vlan_aware) }),
    ];
  });
}

/** GET /cluster/mapping/pci and …/usb: `map` is a list of property strings, one for each device and node. */
export function decodeMappings(
  kind: ResourceMapping['kind'],
  data: readonly unknown[],
): ResourceMapping[] {
  return rowsOf(data).flatMap((row) => {
    const id = text(row.id);
    if (id === undefined) return [];
    const maps = Array.isArray(row.map) ? row.map : [];
    const nodes = maps.flatMap((entry) =>
      typeof entry === 'string' ? (propertyValue(parseProperty(entry), 'node') ?? []) : [],
    );
    return [
      told<ResourceMapping>({
        kind,
        id,
        description: text(row.description),
        nodes: [...new Set(nodes)].map((node) => sanitise(node)),
        mdev: flag(row.mdev),
      }),
    ];
  });
}
