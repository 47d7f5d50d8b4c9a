export const ltsMajor: number;
export function ltsNode():
  | { readonly path: string; readonly problem?: undefined }
  | { readonly path?: undefined; readonly problem: string };
