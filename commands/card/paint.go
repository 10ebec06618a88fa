package card

import (
	"slices"
	"time"

	"github.com/go-analyze/charts"

	"ringside/commands/grammar"
)

const (
	titleSize, subtitleSize, labelSize = 26, 15, 15

	nameHeight = 27 // of a room's name, with the room that it needs
	nameLeft   = right + 34
	margin     = 32

	maxDotted = 30 // lines down, beyond which they would hide what they mark
)

// head writes the result and which battle it is.
func (d drawing) head(o Options) {
	d.text(o.Title, margin, 50, Width-2*margin, font(titleSize, ink()))
	d.text(o.Subtitle, margin, 82, Width-2*margin, font(subtitleSize, pale()))
}

// text writes one line from x on, its foot at y, cut to the width in pixels.
func (d drawing) text(s string, x, y, width int, style charts.FontStyle) {
	d.Text(d.cut(s, width, style), x, y, 0, style)
}

func (d drawing) cut(s string, width int, style charts.FontStyle) string {
	if d.MeasureText(s, 0, style).Width() <= width {
		return s
	}
	runes := []rune(s)
	for n := len(runes) - 1; n > 0; n-- {
		if shorter := string(runes[:n]) + "…"; d.MeasureText(shorter, 0, style).Width() <= width {
			return shorter
		}
	}
	return "…"
}

// axes draws a line across for each step of the score and a label below for each step of the time.
func (d drawing) axes() {
	style := font(labelSize, pale())
	for score := d.low; score <= d.high; score += d.step {
		y := d.y(score)
		d.LineStroke([]charts.Point{{X: left, Y: y}, {X: right, Y: y}}, faint(), 1)
		label := grammar.FormatInt(score)
		d.Text(label, left-12-d.MeasureText(label, 0, style).Width(), y+6, 0, style)
	}
	for _, tick := range d.ticks() {
		x := d.x(tick.at)
		d.LineStroke([]charts.Point{{X: x, Y: bottom}, {X: x, Y: bottom + 6}}, pale(), 1)
		d.Text(tick.label, x-d.MeasureText(tick.label, 0, style).Width()/2, bottom+26, 0, style)
	}
	d.LineStroke([]charts.Point{{X: left, Y: bottom}, {X: right, Y: bottom}}, pale(), 1.5)
	d.Text(d.since, left, Height-14, 0, font(13, pale()))
}

// marks draws a diamond, and unless there are many a thin line down, for each time at which Ringside changed a score, and
// says what they are.
func (d drawing) marks(times []time.Time) {
	var drawn bool
	for _, t := range times {
		if t.Before(d.from) || t.After(d.until) {
			continue
		}
		x := d.x(t)
		if len(times) <= maxDotted {
			d.DashedLineStroke([]charts.Point{{X: x, Y: top - 8}, {X: x, Y: bottom}}, pale(), 1.5, []float64{2, 4})
		}
		d.FilledDiamond(x, top-8, 11, 11, pale(), pale(), 1)
		drawn = true
	}
	if !drawn {
		return
	}
	const words = "changed by Ringside"
	style := font(13, pale())
	x := right - d.MeasureText(words, 0, style).Width()
	d.FilledDiamond(x-14, Height-19, 11, 11, pale(), pale(), 1)
	d.Text(words, x, Height-14, 0, style)
}

// plot draws the lines, the first room last, so that it is on top.
func (d drawing) plot() {
	for _, l := range slices.Backward(d.lines) {
		points := make([]charts.Point, len(l.points))
		for i, p := range l.points {
			points[i] = charts.Point{X: d.x(p.at), Y: d.y(p.score)}
		}
		if l.dashes == nil || len(points) < 2 {
			d.LineStroke(points, l.colour, 3)
		} else {
			d.DashedLineStroke(points, l.colour, 3, l.dashes)
		}
		last := points[len(points)-1]
		d.Circle(5, last.X, last.Y, l.colour, white(), 1.5)
	}
}

// names writes each room with its score beside the end of its line, moved apart where lines end close together.
func (d drawing) names() {
	ordered := slices.Clone(d.lines)
	slices.SortStableFunc(ordered, func(a, b line) int { return d.y(a.last().score) - d.y(b.last().score) })
	wanted := make([]int, len(ordered))
	for i, l := range ordered {
		wanted[i] = d.y(l.last().score)
	}
	for i, y := range apart(wanted, nameHeight, top, bottom) {
		l := ordered[i]
		end := charts.Point{X: d.x(l.last().at) + 7, Y: wanted[i]}
		knee := charts.Point{X: max(end.X, right+6), Y: wanted[i]}
		d.LineStroke([]charts.Point{end, knee, {X: nameLeft - 8, Y: y}}, l.colour.WithAlpha(0x90), 1)
		d.name(l, y)
	}
}

// name writes "pk-live1  1,340" with a piece of its line before it. What does not fit is taken from the name.
func (d drawing) name(l line, y int) {
	piece := []charts.Point{{X: nameLeft - 4, Y: y}, {X: nameLeft + 26, Y: y}}
	if l.dashes == nil {
		d.LineStroke(piece, l.colour, 4)
	} else {
		d.DashedLineStroke(piece, l.colour, 4, l.dashes)
	}
	score, style := "  "+grammar.FormatInt(l.last().score), font(labelSize, ink())
	room := d.cut(l.room, Width-margin-nameLeft-34-d.MeasureText(score, 0, style).Width(), style)
	d.Text(room+score, nameLeft+34, y+6, 0, style)
}

// apart moves sorted positions so that they are at least gap from each other, as little as needed, between low and high.
func apart(wanted []int, gap, low, high int) []int {
	placed := slices.Clone(wanted)
	for i := range placed {
		least := low
		if i > 0 {
			least = placed[i-1] + gap
		}
		placed[i] = max(placed[i], least)
	}
	most := high
	for i := range slices.Backward(placed) {
		placed[i] = min(placed[i], most)
		most = placed[i] - gap
	}
	return placed
}
