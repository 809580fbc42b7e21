package desk

import (
	"net/http"
	"reflect"
	"regexp"
	"strings"

	"fundwatch/internal/accounts"
)

// showOpenAPI describes every address to programs, from the table of routes.
func showOpenAPI(d *Desk, w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, d.describe())
	return nil
}

type object = map[string]any

var pathParameter = regexp.MustCompile(`\{([a-z]+)\}`)

// describe writes the document, OpenAPI 3.0.3.
func (d *Desk) describe() object {
	paths, schemas := object{}, object{}
	trouble := object{"description": "no", "content": object{"application/json": object{"schema": schemaOf(reflect.TypeFor[Trouble](), schemas)}}}
	for i := range d.routes {
		rt := &d.routes[i]
		at := strings.TrimSuffix(rt.path, "{$}")
		op := object{"summary": rt.method + " " + at, "x-permission": string(rt.may), "responses": object{"200": yes(rt, schemas), "default": trouble}}
		if rt.may == accounts.Public {
			op["security"] = []any{}
		}
		var parameters []any
		for _, m := range pathParameter.FindAllStringSubmatch(at, -1) {
			parameters = append(parameters, object{"name": m[1], "in": "path", "required": true, "schema": object{"type": "string"}})
		}
		if parameters != nil {
			op["parameters"] = parameters
		}
		if rt.form != nil {
			s := schemaOf(reflect.TypeOf(rt.form), schemas)
			op["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": s}, "application/x-www-form-urlencoded": object{"schema": s}}}
		}
		if paths[at] == nil {
			paths[at] = object{}
		}
		paths[at].(object)[strings.ToLower(rt.method)] = op
	}
	return object{"openapi": "3.0.3", "info": object{"title": "fundwatch desk", "version": "1"}, "paths": paths,
		"security":   []any{object{"session": []any{}}},
		"components": object{"schemas": schemas, "securitySchemes": object{"session": object{"type": "apiKey", "in": "cookie", "name": d.sessionCookie()}}}}
}

func yes(rt *route, schemas object) object {
	out := object{"description": "yes"}
	if rt.page != nil {
		out["content"] = object{"application/json": object{"schema": schemaOf(reflect.TypeOf(rt.page), schemas)}, "text/html": object{"schema": object{"type": "string"}}}
	}
	return out
}

// schemaOf describes a type; structs go among the shared schemas by name.
func schemaOf(t reflect.Type, schemas object) object {
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem(), schemas)
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "nullable": true, "items": schemaOf(t.Elem(), schemas)}
	case reflect.Struct:
		ref := object{"$ref": "#/components/schemas/" + t.Name()}
		if schemas[t.Name()] != nil {
			return ref
		}
		properties := object{}
		schemas[t.Name()] = object{"type": "object", "properties": properties}
		for _, f := range reflect.VisibleFields(t) { // with those of embedded structs
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case name == "-" || !f.IsExported() || f.Anonymous:
			case name == "":
				properties[f.Name] = schemaOf(f.Type, schemas)
			default:
				properties[name] = schemaOf(f.Type, schemas)
			}
		}
		return ref
	}
	return object{}
}
