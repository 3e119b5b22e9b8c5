/** Pixels of a picture: what chat programs show without cutting anything off. */
export const PICTURE_SIZE = { width: 1_200, height: 630 };

/** Fixtures that a picture has room for, and one more. */
export const PICTURE_FIXTURES = 6;
