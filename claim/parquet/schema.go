package parquet

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// maxPrecision bounds the digits of a decimal: far more than any writer uses
// (arrow stops at 76), and few enough that spelling a value stays cheap.
const maxPrecision = 100

// columns lists the children of the schema's root and counts the leaves of the
// tree, which is the number of chunks in each row group.
func columns(schema []schemaElement) (cols []Column, leaves int, err error) {
	if len(schema) == 0 {
		return nil, 0, errors.New("the schema is empty")
	}
	next := 1 // preorder: the children of the root follow it
	for range schema[0].children {
		if next >= len(schema) {
			return nil, 0, errors.New("the schema ends too early")
		}
		e := &schema[next]
		end, under, err := subtree(schema, next)
		if err != nil {
			return nil, 0, err
		}
		c := Column{Name: e.name, leaf: leaves, phys: e.phys, optional: e.repetition == repOptional}
		describe(&c, e)
		cols = append(cols, c)
		next, leaves = end, leaves+under
	}
	if next != len(schema) {
		return nil, 0, errors.New("the schema has elements outside of its tree")
	}
	return cols, leaves, nil
}

// subtree gives the end of the subtree at a node and the leaves in it. It
// counts open nodes instead of recursing: the depth is the file's choice.
func subtree(schema []schemaElement, at int) (end, leaves int, err error) {
	for open := 1; open > 0; at++ {
		if at >= len(schema) {
			return 0, 0, errors.New("the schema ends too early")
		}
		e := &schema[at]
		if e.children < 0 || int(e.children) > len(schema) {
			return 0, 0, errors.New("the schema claims a wrong number of children")
		}
		open += int(e.children) - 1
		if e.children == 0 && e.phys >= 0 {
			leaves++
		}
	}
	return at, leaves, nil
}

// describe sets the kind of a column and the words for it.
func describe(c *Column, e *schemaElement) {
	switch {
	case e.children > 0 || e.phys < 0:
		c.Describe = "nested"
		return
	case e.repetition == repRepeated:
		c.Describe = "repeated"
		return
	case e.repetition != repRequired && e.repetition != repOptional:
		c.Describe = "unknown repetition"
		return
	}
	l := e.logical
	if l.id == logicalNone {
		l = fromConverted(e)
	}
	describeLeaf(c, e, l)
	if c.Kind != Decimal {
		c.Scale = 0
	}
}

// fromConverted translates the older annotation into the newer one.
func fromConverted(e *schemaElement) logicalType {
	switch k := e.converted; {
	case k == convertedUTF8:
		return logicalType{id: logicalString}
	case k == convertedEnum:
		return logicalType{id: logicalEnum}
	case k == convertedDecimal:
		return logicalType{id: logicalDecimal, scale: e.scale, precision: e.precision}
	case k == convertedDate:
		return logicalType{id: logicalDate}
	case k == convertedTimeMillis:
		return logicalType{id: logicalTime, unit: unitMillis}
	case k == convertedTimeMicros:
		return logicalType{id: logicalTime, unit: unitMicros}
	case k == convertedTimestampMillis:
		return logicalType{id: logicalTimestamp, unit: unitMillis}
	case k == convertedTimestampMicros:
		return logicalType{id: logicalTimestamp, unit: unitMicros}
	case k >= convertedUint8 && k <= convertedInt64:
		// UINT_8, 16, 32, 64, INT_8, 16, 32, 64 in this order
		i := k - convertedUint8
		return logicalType{id: logicalInteger, bits: 8 << (i % 4), signed: i >= 4}
	case k == convertedJSON:
		return logicalType{id: logicalJSON}
	case k == convertedBSON:
		return logicalType{id: logicalBSON}
	case k < 0:
		return logicalType{}
	}
	return logicalType{id: math.MaxInt} // INTERVAL, MAP, LIST and unknown ones
}

func describeLeaf(c *Column, e *schemaElement, l logicalType) {
	ints := e.phys == physInt32 || e.phys == physInt64
	c.Describe = physName(e.phys)
	switch l.id {
	case logicalNone:
		describePlain(c, e.phys)
	case logicalString, logicalEnum:
		if e.phys == physBytes {
			c.Kind, c.Describe = Text, "STRING"
		}
	case logicalDecimal:
		describeDecimal(c, e, l)
	case logicalDate:
		c.Describe = "DATE"
		if e.phys == physInt32 {
			c.Kind = Date
		}
	case logicalTimestamp:
		describeTimestamp(c, e, l)
	case logicalInteger:
		c.Describe = fmt.Sprintf("INT(%d)", l.bits)
		if !l.signed {
			c.Describe = "U" + c.Describe
		}
		if ints {
			c.Kind, c.unsigned = Integer, !l.signed
		}
	default:
		c.Describe = logicalName(l)
	}
}

func describePlain(c *Column, p physical) {
	switch p {
	case physInt32, physInt64:
		c.Kind = Integer
	case physFloat, physDouble:
		c.Kind = Double
	}
}

func describeDecimal(c *Column, e *schemaElement, l logicalType) {
	c.Describe = fmt.Sprintf("DECIMAL(%d,%d)", l.precision, l.scale)
	if l.precision < 1 || l.precision > maxPrecision || l.scale < 0 || l.scale > l.precision {
		return
	}
	switch e.phys {
	case physInt32, physInt64, physBytes:
		c.Kind = Decimal
	case physFixedBytes:
		if e.width >= 1 && e.width <= maxDecimalBytes {
			c.Kind = Decimal
			c.width = int(e.width)
		}
	}
	c.Scale = int(l.scale)
}

func describeTimestamp(c *Column, e *schemaElement, l logicalType) {
	unit, name := time.Duration(0), "?"
	switch l.unit {
	case unitMillis:
		unit, name = time.Millisecond, "MILLIS"
	case unitMicros:
		unit, name = time.Microsecond, "MICROS"
	case unitNanos:
		unit, name = time.Nanosecond, "NANOS"
	}
	if l.utc {
		c.Describe = "TIMESTAMP(" + name + ", UTC)"
		return
	}
	c.Describe = "TIMESTAMP(" + name + ")"
	if unit != 0 && e.phys == physInt64 {
		c.Kind, c.Unit = Timestamp, unit
	}
}

func physName(p physical) string {
	switch p {
	case physBoolean:
		return "BOOLEAN"
	case physInt32:
		return "INT32"
	case physInt64:
		return "INT64"
	case physInt96:
		return "INT96"
	case physFloat:
		return "FLOAT"
	case physDouble:
		return "DOUBLE"
	case physBytes:
		return "BYTE_ARRAY"
	case physFixedBytes:
		return "FIXED_LEN_BYTE_ARRAY"
	}
	return "unknown type"
}

func logicalName(l logicalType) string {
	switch l.id {
	case logicalTime:
		return "TIME"
	case logicalNull:
		return "UNKNOWN"
	case logicalJSON:
		return "JSON"
	case logicalBSON:
		return "BSON"
	case logicalUUID:
		return "UUID"
	case logicalFloat16:
		return "FLOAT16"
	}
	return "unknown annotation"
}
