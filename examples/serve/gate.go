// May this copy ship? go run gate.go ORIGINAL COPY [POLICY]; exits with 0 for a pass, with 1 for anything else.
//
// IDETEX_URL: where `idetex serve` listens. IDETEX_TOKEN: its token, if it has one.
//
// In a service that makes pictures, such as one behind imgproxy, ask about the bytes before they are stored:
//
//	verdict, err := Judge(ctx, original, copied, "hero.webp", "thumbnail")
//	if err == nil && verdict.Outcome == "reject" {
//		err = errors.New(strings.Join(verdict.Reasons, "; "))
//	}
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Verdict is the part of the answer that is used here; /openapi.json has the rest.
type Verdict struct {
	Outcome   string   `json:"outcome"`
	Reasons   []string `json:"reasons"`
	DecidedBy string   `json:"decided_by"`
}

const tries = 5

// Judge asks whether a copy may ship. It waits and asks again where the service has too much to do.
func Judge(ctx context.Context, original, copied []byte, name, policy string) (*Verdict, error) {
	body, kind, err := form(original, copied, name, policy)
	if err != nil {
		return nil, err
	}
	for left := tries; ; left-- {
		answer, err := post(ctx, body, kind)
		if err != nil {
			return nil, err
		}
		said, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			return nil, err
		}
		switch {
		case answer.StatusCode == http.StatusOK:
			verdict := new(Verdict)
			return verdict, json.Unmarshal(said, verdict)
		case answer.StatusCode != http.StatusServiceUnavailable || left == 0:
			return nil, fmt.Errorf("%s: %s", answer.Status, said)
		}
		seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if err != nil {
			seconds = 1
		}
		select {
		case <-time.After(time.Duration(seconds) * time.Second):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func form(original, copied []byte, name, policy string) ([]byte, string, error) {
	body := new(bytes.Buffer)
	writer := multipart.NewWriter(body)
	for _, file := range []struct {
		field, name string
		data        []byte
	}{{"original", "original", original}, {"compressed", name, copied}} {
		part, err := writer.CreateFormFile(file.field, file.name)
		if err != nil {
			return nil, "", err
		}
		if _, err = part.Write(file.data); err != nil {
			return nil, "", err
		}
	}
	if err := writer.WriteField("policy", policy); err != nil {
		return nil, "", err
	}
	err := writer.Close()
	return body.Bytes(), writer.FormDataContentType(), err
}

func post(ctx context.Context, body []byte, kind string) (*http.Response, error) {
	url := os.Getenv("IDETEX_URL")
	if url == "" {
		url = "http://127.0.0.1:8008"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/gate", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", kind)
	if token := os.Getenv("IDETEX_TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return http.DefaultClient.Do(request)
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: gate ORIGINAL COPY [POLICY]")
		os.Exit(2)
	}
	policy := "web"
	if len(os.Args) > 3 {
		policy = os.Args[3]
	}
	original, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	copied, err := os.ReadFile(os.Args[2])
	if err != nil {
		fail(err)
	}
	verdict, err := Judge(context.Background(), original, copied, filepath.Base(os.Args[2]), policy)
	if err != nil {
		fail(err)
	}
	fmt.Println(verdict.Outcome, strings.Join(verdict.Reasons, "; "))
	if verdict.Outcome != "pass" {
		os.Exit(1)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(3)
}
