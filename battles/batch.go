package battles

import (
	"context"

	"ringside/ledger"
	"ringside/tencent"
)

// BatchStandings is Standings for work that no person waits for: it reads only while no person waits to read.
func (b *Book) BatchStandings(ctx context.Context, battle string) ([]ledger.Standing, error) {
	s, err := b.read(ctx, tencent.ClassBatch, battle)
	return s.Standings, err
}
