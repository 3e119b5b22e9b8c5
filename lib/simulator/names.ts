/** Invented but plausible names: teams by region and style, people by region. */
import type { Random } from './random';

export type Region =
  | 'usa'
  | 'england'
  | 'spain'
  | 'germany'
  | 'france'
  | 'italy'
  | 'brazil'
  | 'argentina'
  | 'turkey'
  | 'nordic'
  | 'balkans'
  | 'poland'
  | 'asia'
  | 'oceania'
  | 'low'
  | 'mexico';

/** `franchise`: city and nickname; `college`: place and nickname; `club`: European club names; `women`: as club, marked W. */
export type NameStyle = 'franchise' | 'college' | 'club' | 'women';

const PLACES: Record<Region, readonly string[]> = {
  usa: ['Harbor City', 'Mesa', 'Cedar Falls', 'Lakewood', 'Port Royal', 'Redstone', 'Silver Bay', 'Fairmont', 'Grand Prairie', 'Ironwood', 'Bellhaven', 'Summit', 'Cape Hale', 'Santa Brisa', 'Twin Rivers', 'Oak Harbor', 'Westfield', 'Kingsport', 'Blue Ridge', 'Rio Verde', 'North Haven', 'Granite Falls', 'Copper Hill', 'Palmetto', 'Great Plains', 'Stonebridge', 'Bayou', 'Elk Valley', 'Monarch', 'New Albion'],
  england: ['Ashford', 'Barrowby', 'Castlebridge', 'Dunmere', 'Eastmoor', 'Farnleigh', 'Grimwold', 'Hartlebury', 'Kingsmere', 'Langport', 'Marlow', 'Northwick', 'Oakham', 'Penrose', 'Ravensby', 'Stanmore', 'Thornbury', 'Upton', 'Wexcombe', 'Wolverley'],
  spain: ['Cárdena', 'Almería del Mar', 'Peñafiel', 'Montálvez', 'Sanlúcar', 'Villarrubia', 'Córboba', 'Arganda', 'Alcázar', 'Güeñes', 'Llanera', 'Monzón', 'Cádizar', 'Ibárruri', 'Torreón', 'Zahara', 'Ondarroa', 'Calatrava', 'Baeza', 'Jávea'],
  germany: ['Grünfeld', 'Königsheim', 'Süderbrück', 'Altmühl', 'Waldhausen', 'Rheinau', 'Bärenstein', 'Lindenthal', 'Nordmark', 'Eichstätten', 'Falkenburg', 'Hohenwald', 'Isarstadt', 'Kaltenbach', 'Möwenhafen', 'Oberlahn', 'Regenstauf', 'Schönau'],
  france: ['Évreuil', 'Beaulieu', 'Châtelvert', 'Montségur', 'Rochebrune', 'Saint-Élie', 'Vallières', 'Argentré', 'Côte-Rouge', 'Fontenoy', 'Grandpré', 'Ligny', 'Mérignan', 'Orléac', 'Pontivy', 'Sévérac', 'Tourlaville', 'Viroflay'],
  italy: ['Montalto', 'Castelforte', 'Riva Sul Garda', 'Portovenere', 'Valdarno', 'Fiumebianco', 'Cittanova', 'Lunigiana', 'Serravalle', 'Torrechiara', 'Acquaviva', 'Bordighera', 'Cefalùna', 'Oltrepò', 'Pieveforte', 'Santarosa', 'Vescovado', 'Altamura'],
  brazil: ['São Bento', 'Ribeirão Claro', 'Goiânia Velha', 'Itajaí-Mirim', 'Maceió do Sul', 'Paraíba Norte', 'Guarujá', 'Jundiaí', 'Poço Fundo', 'Vitória Régia', 'Araçá', 'Belém Novo', 'Caeté', 'Londrina Alta', 'Marília', 'Tubarão', 'Uberaba', 'Sobral'],
  argentina: ['Río Hondo', 'Tucumán Sur', 'Luján', 'Paraná Viejo', 'Mendoza Alta', 'Godoy', 'Patagones', 'Chacabuco', 'Bahía Grande', 'Olavarría', 'Quilmes Oeste', 'Rafaela', 'San Telmo', 'Villa Ángela', 'Zárate', 'Junín', 'Neuquén', 'Salto'],
  turkey: ['Beşyol', 'Karşıtepe', 'Göktürk', 'Ünyedağ', 'Çamlıca', 'Sarıyurt', 'Denizkent', 'Akşehir', 'Boğazköy', 'Ispartalı', 'Kızıldağ', 'Mersinli', 'Oğuzkent', 'Rizeli', 'Şahinbey', 'Yeşilova'],
  nordic: ['Åsgård', 'Björkö', 'Malmvik', 'Östersjö', 'Sölvesund', 'Trollhavn', 'Brønderup', 'Ærøby', 'Fjordvik', 'Grönlund', 'Hävelid', 'Kråkerøy', 'Lillesund', 'Nørrebæk', 'Skjærvøy', 'Tromsdal', 'Vålerby', 'Ytterby'],
  balkans: ['Žabnik', 'Šumadin', 'Crvena Luka', 'Dunavgrad', 'Đurđevac', 'Kraljevica', 'Novi Most', 'Primorje', 'Risnjak', 'Sloboda Tuz', 'Velež Grad', 'Zlatibor', 'Budvanik', 'Čakovo', 'Jezero', 'Morava'],
  poland: ['Łęczno', 'Śląskowo', 'Gdynów', 'Białobór', 'Krosno Górne', 'Mławice', 'Nysa Dolna', 'Ostrołęg', 'Płońsk', 'Rzeszówek', 'Stalowice', 'Tychów', 'Wisłoka', 'Zagłębiec', 'Żarnów', 'Jastrzębiec'],
  asia: ['Kitahama', 'Minato', 'Aoyama', 'Shirakawa', 'Hanseong', 'Busanjin', 'Daeryong', 'Incheok', 'Takamori', 'Nagaoka', 'Yokosato', 'Suwonbuk', 'Ulsando', 'Hiratsu', 'Gwanghwa', 'Kawanishi', 'Jeonpo', 'Mizushima'],
  oceania: ['Port Hadley', 'Wattle Creek', 'Banksia', 'Cooloola', 'Glenmore', 'Illawong', 'Kauri Bay', 'Murrumba', 'Narrabeen', 'Tasman', 'Waratah', 'Yarraville', 'Southern Cross', 'Otago Heads'],
  low: ['Oudekerk', 'Zuiderzee', 'Heerenwoud', 'Vlissinghe', 'Bruggenveld', 'Gentendal', 'Maasdorp', 'Tilburcht', 'Utrechtse Heuvel', 'Zwolsche', 'Alkmeer', 'Brabant Oost', 'Eindhoff', 'Luikse', 'Mechelse', 'Noordwijk', 'Ardenne', 'Kempen'],
  mexico: ['Xalapán', 'Querétaro Alto', 'León Viejo', 'Mazatlán Sur', 'Tepatitlán', 'Zacapú', 'Cuautepec', 'Ixtapán', 'Jalisciense', 'Morelia Real', 'Oaxaqueños', 'Pachuquilla', 'Saltillo', 'Toluqueño', 'Veracruzano', 'Yucatán'],
};

const NICKNAMES = ['Kings', 'Owls', 'Mariners', 'Pioneers', 'Comets', 'Wolves', 'Stallions', 'Herons', 'Forge', 'Rangers', 'Bison', 'Lightning', 'Sentinels', 'Foxes', 'Cyclones', 'Outlaws', 'Miners', 'Aviators', 'Lynx', 'Storm', 'Captains', 'Mustangs', 'Ravens', 'Trappers', 'Admirals', 'Vipers', 'Generals', 'Bears', 'Chargers', 'Glaciers'];

const COLLEGE = ['State', 'Tech', 'A&M', 'University', 'Southern', 'Valley State', 'Christian', '(OH)', 'Northern', "St. Mary's"];

const CLUB: Record<Region, readonly string[]> = {
  usa: ['%', '% FC', '% SC', '% United', 'Inter %', 'Sporting %'],
  england: ['%', '% United', '% City', '% Town', '% Rovers', '% Albion', '% Wanderers'],
  spain: ['Real %', 'Atlético %', 'Deportivo %', 'CD %', 'UD %', 'Sporting de %'],
  germany: ['FC %', 'SV %', 'VfL %', 'Borussia %', 'TSG %', '1. FC %', 'Eintracht %'],
  france: ['% FC', 'AS %', 'Olympique %', 'Stade %', 'RC %', 'OGC %'],
  italy: ['%', 'AC %', 'US %', '% Calcio', 'Virtus %', 'Atalanta %'],
  brazil: ['%', 'Atlético %', 'Grêmio %', 'EC %', '% FC', 'América %'],
  argentina: ['Club Atlético %', 'Gimnasia y Esgrima de %', 'Racing %', 'Deportivo %', 'Independiente %', 'Central %'],
  turkey: ['%spor', '% SK', '% FK', '% Gençlerbirliği', '% Belediyespor'],
  nordic: ['% IF', '% BK', 'IFK %', '% FF', 'FK %', '% Boldklub'],
  balkans: ['FK %', 'KK %', 'NK %', 'Partizan %', 'Sloga %'],
  poland: ['%', 'Legia %', 'Górnik %', 'Wisła %', 'KS %', 'Pogoń %'],
  asia: ['% FC', 'FC %', '% United', '% Phoenix', '% Hyundo'],
  oceania: ['%', '% City', '% United', '% Victory', '% Phoenix'],
  low: ['%', 'FC %', 'KV %', 'Royal %', 'Sparta %', 'SC %'],
  mexico: ['%', 'Club %', 'Atlético %', 'Deportivo %', 'CF %'],
};

const FIRST: Record<string, readonly string[]> = {
  usa: ['Jalen', 'Marcus', 'Tyler', 'Devon', 'Cole', 'Isaiah', 'Mason', 'Andre', 'Trey', 'Caleb', 'Darius', 'Wyatt', 'Malik', 'Hunter', 'Jordan', 'Xavier'],
  latin: ['Álvaro', 'Íñigo', 'Joaquín', 'Martín', 'Nicolás', 'Sebastián', 'Tomás', 'Raúl', 'Andrés', 'Iván', 'João', 'Thiago'],
  europe: ['Søren', 'Łukasz', 'Jérôme', 'Müslüm', 'Zoltán', 'Ondřej', 'Lorenzo', 'Jannik', 'Grégoire', 'Mattéo', 'Björn', 'Nikola', 'Emre', 'Alessandro', 'Tomáš', 'Kristoffer'],
  asia: ['Haruto', 'Yuki', 'Min-jae', 'Seung-ho', 'Kenta', 'Jun', 'Ren', 'Takumi'],
  women: ['Élise', 'Karolína', 'Aryna', 'Madison', 'Beatriz', 'Zheng', 'Daria', 'Leylah', 'Marketa', 'Paula', 'Sloane', 'Anhelína', 'Iga', 'Naomi', 'Océane', 'Jeļena'],
};

const LAST: Record<string, readonly string[]> = {
  usa: ['Hargrove', 'Whitlock', 'Mercer', 'Bellamy', 'Okafor', 'Sutton', 'Langley', 'Draper', 'Vance', 'McAllister', 'Pruitt', 'Holloway', 'Easley', 'Tolliver', 'Redding', 'Stokes', 'Barlow', 'Quarles'],
  latin: ['Muñoz', 'Etxebarría', 'Gutiérrez', 'Ibáñez', 'Peñalver', 'Quiñones', 'Ferreira', 'Gonçalves', 'Montero', 'Saldívar', 'Acuña', 'Cerúndez'],
  europe: ['Kowalczyk', 'Ångström', 'Dvořák', 'Jørgensen', 'Müller-Hahn', 'Petković', 'van der Meulen', 'Öztürk', 'Rousselle', 'Barbieri', 'Nagyházi', 'Struffel', 'Vukić', 'Kristiansen', 'de Groot', 'Lefèvre'],
  asia: ['Tanabe', 'Okuda', 'Kim', 'Park', 'Hwang', 'Nishimura', 'Saito', 'Jeong'],
  women: ['Havlíčková', 'Petrescu', 'Sorribes Peña', 'Kvitanová', 'Bouzas', 'Nosková', 'Samsonenko', 'Fręchowska', 'Andreescu-Vale', 'Wang', 'Pigossi', 'Tauson', 'Krejčí', 'Badosal', 'Fernández Ruiz', 'Osorio'],
};

const PEOPLE_OF: Record<Region, string> = {
  usa: 'usa', england: 'usa', spain: 'latin', germany: 'europe', france: 'europe', italy: 'europe',
  brazil: 'latin', argentina: 'latin', turkey: 'europe', nordic: 'europe', balkans: 'europe',
  poland: 'europe', asia: 'asia', oceania: 'usa', low: 'europe', mexico: 'latin',
};

/** A team name of the region, the `index`th of its league; names of one league differ. */
export function teamName(random: Random, region: Region, style: NameStyle, index: number): string {
  const places = PLACES[region];
  const place = places[index % places.length] as string;
  const again = Math.floor(index / places.length);
  if (style === 'franchise') {
    // 7 shares no factor with 30, so a league walks through all nicknames before one returns.
    const nickname = NICKNAMES[(index * 7 + random.int(0, 3) * 11) % NICKNAMES.length] as string;
    return `${place} ${again > 0 ? 'Bay ' : ''}${nickname}`;
  }
  if (style === 'college') return `${place} ${COLLEGE[(index + again * 3) % COLLEGE.length]}`;
  const form = random.pick(CLUB[region]);
  const name = form.replace('%', place).trim();
  return `${name}${again > 0 ? ' B' : ''}${style === 'women' ? ' W' : ''}`;
}

/** First and last name of a person of the region. */
export function personName(random: Random, region: Region, isWoman = false): string {
  const people = isWoman ? 'women' : PEOPLE_OF[region];
  return `${random.pick(FIRST[people] ?? [])} ${random.pick(LAST[people] ?? [])}`;
}

/** Three capitals, as score tickers abbreviate a team or player. */
export function abbreviate(name: string): string {
  const words = slug(name).split('_').filter((word) => word.length > 1);
  const letters = words.length >= 3 ? words.map((word) => word.charAt(0)).join('') : (words.at(-1) ?? name);
  return letters.replace(/[^a-z]/g, '').slice(0, 3).toUpperCase();
}

/**
 * The vendor's normal form of a label: lower case, spaces `_`, accents and full stops dropped, everything
 * else kept (`Player Points + Assists` → `player_points_+_assists`, `J. Doe` → `j_doe`).
 */
export function slug(label: string): string {
  return label
    .toLowerCase()
    .replaceAll('ı', 'i')
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .replaceAll('æ', 'ae')
    .replaceAll('đ', 'd')
    .normalize('NFD')
    .replace(/[\u0300-\u036f.]/g, '')
    .trim()
    .replace(/\s+/g, '_');
}
