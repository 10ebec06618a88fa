package card

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-analyze/charts"
)

// The size of a picture in pixels.
const (
	Width  = 1200
	Height = 675
)

// maxRooms is how many lines a picture has: as many as rooms can take part in a battle.
const maxRooms = 9

// Options say what stands around the lines.
type Options struct {
	Title      string      // the result, in words; cut where it does not fit
	Subtitle   string      // which battle, and when; likewise
	Start, End time.Time   // of the time axis; zero: the first and the latest sample
	Marks      []time.Time // when Ringside changed a score
}

// Draw returns a PNG of the score of each room over time: Width by Height pixels, one line for each room, up to 9. The
// samples come in the order of time. It fails without samples. It may be called at the same time.
func Draw(samples []Sample, o Options) ([]byte, error) {
	if len(samples) == 0 || len(samples[len(samples)-1].Standings) == 0 {
		return nil, errors.New("a picture needs scores")
	}
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: Width, Height: Height})
	d := drawing{Painter: p, scale: newScale(samples, o), lines: linesOf(samples)}
	p.FilledRect(0, 0, Width, Height, white(), white(), 0)
	d.head(o)
	d.axes()
	d.marks(o.Marks)
	d.plot()
	d.names()
	png, err := p.Bytes()
	if err != nil {
		return nil, fmt.Errorf("draw the scores: %w", err)
	}
	return png, nil
}

// drawing is one picture on its way.
type drawing struct {
	*charts.Painter
	scale
	lines []line
}

// line is the score of one room over time.
type line struct {
	room   string
	points []point
	colour charts.Color
	dashes []float64 // nil: drawn through
}

type point struct {
	at    time.Time
	score int64
}

func (l line) last() point { return l.points[len(l.points)-1] }

// linesOf returns the lines of the rooms: those of the latest sample, then those that had left by then.
func linesOf(samples []Sample) []line {
	var lines []line
	places := map[string]int{}
	for _, s := range slices.Backward(samples) {
		for _, standing := range s.Standings {
			i, known := places[standing.Room]
			if !known {
				i = len(lines)
				places[standing.Room] = i
				lines = append(lines, line{room: standing.Room})
			}
			lines[i].points = append(lines[i].points, point{at: s.At, score: bounded(standing.Score)})
		}
	}
	lines = lines[:min(len(lines), maxRooms)]
	for i := range lines {
		slices.Reverse(lines[i].points)
		lines[i].colour, lines[i].dashes = colours()[i], dashes(i)
	}
	return lines
}

// colours are nine that people who see fewer of them can tell apart, the first eight after Okabe and Ito
// (https://jfly.uni-koeln.de/color/). Their yellow is too faint on white; a wine red and a grey take its place.
func colours() [maxRooms]charts.Color {
	return [maxRooms]charts.Color{
		charts.ColorRGB(0x00, 0x72, 0xb2), charts.ColorRGB(0xd5, 0x5e, 0x00), charts.ColorRGB(0x00, 0x9e, 0x73),
		charts.ColorRGB(0xcc, 0x79, 0xa7), charts.ColorRGB(0xe6, 0x9f, 0x00), charts.ColorRGB(0x56, 0xb4, 0xe9),
		charts.ColorRGB(0x00, 0x00, 0x00), charts.ColorRGB(0x88, 0x22, 0x55), charts.ColorRGB(0x88, 0x88, 0x88),
	}
}

// dashes tell lines apart by more than their colour, once there are many.
func dashes(i int) []float64 {
	return [][]float64{nil, {14, 6}, {3, 5}}[i/3]
}

func white() charts.Color { return charts.ColorRGB(0xff, 0xff, 0xff) }
func ink() charts.Color   { return charts.ColorRGB(0x1d, 0x1c, 0x1d) }
func pale() charts.Color  { return charts.ColorRGB(0x61, 0x60, 0x61) }
func faint() charts.Color { return charts.ColorRGB(0xdd, 0xdd, 0xdd) }

// font returns the style of a text of so many points.
func font(size float64, colour charts.Color) charts.FontStyle {
	return charts.FontStyle{FontSize: size, FontColor: colour, Font: charts.GetFont(charts.FontFamilyNotoSans)}
}
