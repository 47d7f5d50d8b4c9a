import type { ParameterValue } from './endpoint.ts';

/** The checked parameters of a request, each as what it is. */
export class CallParameters {
  readonly parameters: Readonly<Record<string, ParameterValue>>;

  constructor(parameters: Readonly<Record<string, ParameterValue>>) {
    this.parameters = parameters;
  }

  text(name: string): string | undefined {
    const value = this.parameters[name];
    return value === undefined ? undefined : String(value);
  }

  /** A text that the parameter check has made sure of. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new Error(`parameter ${name} is not declared as required`);
    return value;
  }

  number(name: string): number | undefined {
    const value = this.parameters[name];
    return typeof value === 'number' ? value : undefined;
  }

  flag(name: string): boolean {
    return this.parameters[name] === true;
  }
}
