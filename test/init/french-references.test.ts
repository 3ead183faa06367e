// `Réf` is the key of whatever a French file is about: three files that are joined by it.
import { describe, expect, it } from "vitest";
import { allLines, guessImport } from "../../src/init/init.ts";
import { sampleOf } from "./samples.ts";

const customers = sampleOf(
  "clients.csv",
  "Réf,Nom,Prénom,Adresse,CP,Ville,Pays,Email\nK-01,Durand,Anne,1 rue A,75001,Paris,FR,a@example.org\nK-02,Martin,Paul,2 rue B,69001,Lyon,FR,p@example.org\n",
);
const orders = sampleOf(
  "commandes.csv",
  "Réf,Date,Client,Statut,Frais de port,Total TTC\nC-1,05/01/2026,K-01,Expédiée,4.90,44.70\nC-2,16/01/2026,K-02,En cours,0.00,59.70\nC-3,17/01/2026,K-01,Livrée,4.90,24.80\n",
);

describe.each([
  ["Réf commande,Réf article,Désignation,Qté,PU TTC", "Réf commande", "Réf article"],
  ["Réf.,Réf. produit,Libellé,Quantité,PU TTC", "Réf.", "Réf. produit"],
])("lines under %s", (header, order, sku) => {
  const lines = sampleOf(
    "lignes.csv",
    `${header}\nC-1,T-1,Tasse,2,19.90\nC-2,T-2,Tasse,1,19.90\nC-2,B-1,Bol,2,19.90\nC-3,T-1,Tasse,1,19.90\n`,
  );
  const { mappings } = guessImport([orders, lines, customers]);
  const all = mappings.flatMap(allLines);

  it("belong to the orders, and those to their customers", () => {
    expect(mappings.map(({ shown }) => shown)).toEqual(["commandes.csv"]);
    expect(mappings[0]?.joins).toMatchObject([
      { shown: "clients.csv", theirs: "Réf", ours: "Client", one: true },
      { shown: "lignes.csv", theirs: order, ours: "Réf", one: false },
    ]);
  });

  it("have their articles, and orders their numbers", () => {
    expect(all.find(({ path }) => path === "items.sku")).toMatchObject({ spec: sku });
    expect(all.find(({ path }) => path === "order_number")).toMatchObject({ spec: "Réf" });
    expect(all.find(({ path }) => path === "bill_to.name")).toMatchObject({ kind: "guess" });
  });
});

it("a Réf of goods stays the key of the goods", () => {
  const goods = sampleOf(
    "articles.csv",
    "Réf,Désignation,Prix de vente HT,Famille\nT-1,Tasse,19.90,Tasses\nB-1,Bol,9.90,Bols\n",
  );
  const sku = guessImport([goods])
    .mappings.flatMap(allLines)
    .find(({ path }) => path === "sku");
  expect(sku).toMatchObject({ spec: "Réf", confidence: "high" });
});
