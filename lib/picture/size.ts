/** Pixels of a picture: what chat programs show without cutting anything off. */
export const PICTURE_SIZE = { width: 1_200, height: 630 };
